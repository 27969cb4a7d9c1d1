/**
 * Pull without a daemon: out of the store into a layout or an archive of this machine, which is whole or not there.
 * @module
 */
import type { Readable, Writable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { fileFailure, systemCode } from "../../archive/errors.ts"
import { openOutputFile } from "../../archive/output-file.ts"
import type { LayoutWriter } from "../../layout/layout-writer.ts"
import { CONTAINERD_NAME, fullName, REF_NAME } from "../../layout/names.ts"
import { openLayoutFolder } from "../../layout/write-folder.ts"
import { openLayoutTar } from "../../layout/write-tar.ts"
import type { Platform } from "../../oci/descriptor.ts"
import type { Digest } from "../../oci/digest.ts"
import { RegistryError } from "../../oci/errors.ts"
import type { Reference, RepositoryName } from "../../oci/reference.ts"
import type { Registry } from "../../registry/registry.ts"
import { findPlatformImage, manifestsOf } from "../archive/platform-image.ts"
import { createTally } from "../events.ts"
import { fatal } from "../fatal.ts"
import type { PullResult } from "../pull.ts"
import { resolveStored } from "../resolve.ts"
import type { StoreSide } from "../transfer.ts"
import { openInProcess } from "../transports/in-process.ts"
import type { ImageDestination } from "./endpoints.ts"
import { transferFailure } from "./failure.ts"
import { dockerArchiveOf } from "./pull-docker-archive.ts"
import { pullGraph } from "./pull-layout.ts"

export interface PullFileOptions extends StoreSide {
  readonly name: RepositoryName
  readonly reference: Reference
  readonly destination: ImageDestination
  /** The platform of a `docker-archive` for which nobody asked. */
  readonly defaultPlatform?: Platform
}

/** What a `docker-archive` is of where nobody says: what most machines run. */
const LINUX: Platform = { os: "linux", architecture: "amd64" }

/**
 * A layout gets all of an index unless a platform is named; a `docker-archive` is of one platform.
 *
 * @throws TransferError TAG_ABSENT, PLATFORM_ABSENT, CONTENT_DAMAGED, IMAGE_ABSENT for a folder that is no layout; ImageFileError;
 *   StorageError; the signal's reason. Whatever is thrown, no archive is there that was not, and a layout names what it named.
 */
export async function pullFile(options: PullFileOptions): Promise<PullResult> {
  const { destination, signal } = options
  const tally = createTally()
  try {
    await using way = openInProcess(options, { publish: "held" }, tally)
    const digest = await resolveStored(options, way.registry)
    if (destination.kind === "docker-archive")
      await writeDockerArchive(way.registry, digest, destination, options)
    else await writeLayout(way.registry, digest, destination, options)
    return { digest, image: describeDestination(destination), read: tally.read() }
  } catch (error) {
    signal?.throwIfAborted()
    throw transferFailure((error instanceof RegistryError && fatal(error, "pull")) || error)
  }
}

/** `oci:DIR:TAG`, as on the command line. */
function describeDestination(destination: ImageDestination): string {
  const path = destination.kind === "oci" ? destination.path : destination.archive
  const image =
    destination.kind === "docker-archive"
      ? `${destination.image.repository}:${destination.image.tag}`
      : destination.name
  return `${destination.kind}:${typeof path === "string" ? path : "-"}:${image}`
}

type To<K extends ImageDestination["kind"]> = Extract<ImageDestination, { readonly kind: K }>

async function writeDockerArchive(
  registry: Registry,
  digest: Digest,
  { archive, image }: To<"docker-archive">,
  options: PullFileOptions,
): Promise<void> {
  const platform = options.platform ?? options.defaultPlatform ?? LINUX
  const open = () => dockerArchiveOf(registry, options.name, digest, { ...options, platform, image })
  await consume(archive, options.signal, async (write) => write(await open()))
}

async function writeLayout(
  registry: Registry,
  digest: Digest,
  destination: To<"oci" | "oci-archive">,
  options: PullFileOptions,
): Promise<void> {
  if (destination.kind === "oci") {
    await using writer = await openLayoutFolder(destination.path)
    await fill(writer, { [REF_NAME]: destination.name })
    return
  }
  const { name, image } = destination
  const names = {
    [REF_NAME]: name,
    ...(image && { [CONTAINERD_NAME]: fullName(`${image.repository}:${image.tag}`) }),
  }
  await consume(destination.archive, options.signal, async (write) => {
    await using writer = openLayoutTar(write)
    await fill(writer, names)
  })

  async function fill(writer: LayoutWriter, annotations: Readonly<Record<string, string>>): Promise<void> {
    const { name, platform, signal, onEvent = () => undefined } = options
    const wanted = platform ? await manifestFor(platform) : digest
    onEvent({ type: "step", text: `${wanted} is written to ${describeDestination(destination)}` })
    const root = await pullGraph(registry, name, wanted, writer, { signal, onEvent })
    await writer.finish({ ...root, annotations })
  }

  async function manifestFor(platform: Platform): Promise<Digest> {
    const read = manifestsOf(registry, options.name, options.signal)
    const { path } = await findPlatformImage(read, digest, platform)
    return path.at(-1)?.descriptor.digest ?? digest
  }
}

/** Gives `work` where to write an archive; a file has its name when that is done, a stream is left open. */
async function consume(
  archive: string | Writable,
  signal: AbortSignal | undefined,
  work: (write: (bytes: Readable | AsyncIterable<Uint8Array>) => Promise<void>) => Promise<void>,
): Promise<void> {
  if (typeof archive === "string") {
    await using file = await openOutputFile(archive)
    await work((bytes) => file.write(bytes))
    signal?.throwIfAborted()
    await file.publish()
    return
  }
  await work(async (bytes) => {
    try {
      await pipeline(bytes, archive, { end: false, ...(signal && { signal }) })
    } catch (error) {
      throw systemCode(error) === "EPIPE" ? fileFailure("write the archive to standard output", error) : error
    }
  })
}
