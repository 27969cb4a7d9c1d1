/**
 * Push without a daemon: out of a layout or an archive of this machine, into the store. The tag moves last, as always.
 * @module
 */
import { tmpdir } from "node:os"
import { openFolder } from "../../archive/folder.ts"
import { openTarFile } from "../../archive/tar-file.ts"
import type { CompressOptions } from "../../archive/compress.ts"
import { readLayout } from "../../layout/read-layout.ts"
import type { Digest } from "../../oci/digest.ts"
import type { Registry } from "../../registry/registry.ts"
import { createTally } from "../events.ts"
import { reportMissing } from "../local-image.ts"
import { publishPushed, type PushTarget } from "../publish.ts"
import type { PushResult } from "../push.ts"
import type { StoreSide } from "../transfer.ts"
import { openInProcess } from "../transports/in-process.ts"
import { chooseImage } from "./choose-image.ts"
import { dockerContents } from "./docker-contents.ts"
import type { ImageSource } from "./endpoints.ts"
import { refused, transferFailure } from "./failure.ts"
import { heldImage } from "./held-image.ts"
import { chooseDockerImage, pushDockerImage } from "./push-docker-archive.ts"
import { graphIn, pushGraph } from "./push-layout.ts"

export interface PushFileOptions extends StoreSide {
  readonly source: ImageSource
  /** Where it goes, all in one store: transferred once, published together. */
  readonly targets: readonly [PushTarget, ...PushTarget[]]
  /** Write everything again, whatever the store says that it has: what is damaged there is replaced. */
  readonly force?: boolean
  /** Never move a tag that is there: to push what it names is success, anything else an error. */
  readonly immutableTags?: boolean
  /** How uncompressed layers of a `docker-archive` are compressed; gzip when left out. A layout goes byte for byte. */
  readonly compression?: CompressOptions | undefined
  /** Refuse an index of which the source lacks platforms. */
  readonly requireAllPlatforms?: boolean
}

/**
 * @throws TransferError IMAGE_ABSENT, PLATFORM_ABSENT, TAG_EXISTS, CONTENT_DAMAGED, INCOMPLETE; ImageFileError; StorageError; the
 *   signal's reason. Whatever is thrown, no tag has moved.
 */
export async function pushFile(options: PushFileOptions): Promise<PushResult> {
  const { source, targets, force = false, immutableTags = false, signal } = options
  const tally = createTally()
  try {
    const behaviour = { publish: "held", rewrite: force, immutableTags, keepsReferrers: true } as const
    await using way = openInProcess(options, behaviour, tally)
    const { tags } = way.registry
    // What comes through a pipe is not taken before bucket, sign-in and endpoint are known to be right.
    if (source.kind !== "oci" && typeof source.archive !== "string")
      await Promise.all(targets.map(({ name, tag }) => tags.resolve(name, tag, signal)))
    await using image = await open(options)
    const transfer = (target: PushTarget) => image.transfer(way.registry, target)
    const { foreseen } = image
    const published = await publishPushed(way.registry, {
      targets,
      immutableTags,
      foreseen,
      signal,
      transfer,
    })
    return { image: describeSource(source), published, stored: tally.stored(), present: tally.present() }
  } catch (error) {
    signal?.throwIfAborted()
    throw transferFailure(refused(error, `The image of ${describeSource(source)}`))
  }
}

/** `oci:DIR:TAG`, as on the command line. */
function describeSource(source: ImageSource): string {
  const { kind, image } = source
  const path = source.kind === "oci" ? source.path : source.archive
  const behind = image === undefined ? "" : image.startsWith("sha256:") ? `@${image}` : `:${image}`
  return `${kind}:${typeof path === "string" ? path : "-"}${behind}`
}

interface OpenImage extends AsyncDisposable {
  /** What its manifest will hash to, where that is known beforehand. */
  readonly foreseen?: Digest
  transfer(registry: Registry, target: PushTarget): Promise<Digest>
}

/** Finds the image, and everything that is wrong with it without reading its blobs. */
async function open(options: PushFileOptions): Promise<OpenImage> {
  await using opened = new AsyncDisposableStack()
  const image = await find(options, opened)
  const files = opened.move()
  return { ...image, [Symbol.asyncDispose]: () => files.disposeAsync() }
}

async function find(
  options: PushFileOptions,
  opened: AsyncDisposableStack,
): Promise<Omit<OpenImage, typeof Symbol.asyncDispose>> {
  const { source, platform, signal, tempDir = tmpdir(), force = false, onEvent = () => undefined } = options
  const report = (place: string, missing: readonly string[]) =>
    reportMissing(`${place} does not hold`, missing, options.requireAllPlatforms ?? false, onEvent)

  if (source.kind === "docker-archive") {
    const files = opened.use(await openTarFile(source.archive, { tempDir, signal }))
    const contents = await dockerContents(files, await chooseDockerImage(files, source.image), platform)
    report(files.place, contents.missing)
    return {
      transfer: (registry, target) => pushDockerImage(registry, target, files, contents, options),
    }
  }
  const files = opened.use(
    source.kind === "oci"
      ? await openFolder(source.path)
      : await openTarFile(source.archive, { tempDir, signal }),
  )
  const layout = await readLayout(files)
  const held = await heldImage(layout, chooseImage(layout, source.image, platform), platform)
  report(files.place, held.missing)
  const graph = await graphIn(layout, held)
  const { digest } = held.root
  return {
    foreseen: digest,
    async transfer(registry, { name, tag }) {
      onEvent({ type: "step", text: `${digest} is read from ${files.place}` })
      await pushGraph(registry, name, layout, graph, { signal, onEvent })
      // A tag that names it already is not written again.
      if (force || registry.tags.known(name, tag) !== digest) await registry.tags.set(name, tag, digest)
      return digest
    },
  }
}
