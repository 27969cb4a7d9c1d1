/**
 * Images in a daemon and their names.
 * @module
 */
import { isRecord, type Platform, readDescriptor } from "../oci/descriptor.ts"
import type { Digest } from "../oci/digest.ts"
import type { Connection } from "./connection.ts"
import { DockerError, isDockerError } from "./errors.ts"
import type { EngineInfo } from "./info.ts"
import { localName } from "./podman.ts"
import { atLeast } from "./version.ts"

/** Parts that no image's name has, and that a path loses on its way. */
const IMPOSSIBLE = /(?:^|\/)\.{0,2}(?:\/|$)/

export interface Cancellable {
  readonly signal?: AbortSignal | undefined
}

export interface LocalImage {
  /** Digest of the configuration (classic store) or of the manifest or index (containerd store). */
  readonly id: string
  readonly repoTags: readonly string[]
  /** `repository@digest` for every registry that is known to hold it. */
  readonly repoDigests: readonly string[]
  /** Bytes: unpacked in the classic store; packed and unpacked together in the containerd store. */
  readonly size: number
  /** Of an index: the engine's own platform. Unknown if the index lacks it or the daemon has not got it. */
  readonly platform?: Platform
  /** Digests of the uncompressed layers, lowest first. */
  readonly layers: readonly string[]
  /** What the image's index names, in its order. Known with the containerd store from API 1.48 on. */
  readonly manifests?: readonly LocalManifest[]
}

/** One manifest of an image. */
export interface LocalManifest {
  readonly digest: Digest
  /** Attestations belong to an image; they have no platform of their own. */
  readonly kind: "image" | "attestation" | "unknown"
  readonly platform?: Platform
  /** The daemon holds everything that the manifest names. */
  readonly available: boolean
}

/**
 * @param name a name, an id or the start of one; one that is no path of an URL is not asked for
 * @returns undefined if the daemon has no such image
 */
export async function inspectImage(
  connection: Connection,
  info: EngineInfo,
  name: string,
  { signal }: Cancellable = {},
): Promise<LocalImage | undefined> {
  if (IMPOSSIBLE.test(name)) return undefined
  const query = info.store === "containerd" && atLeast(info.apiVersion, "1.48") ? { manifests: "1" } : {}
  const purpose = `inspect the image ${name}`
  try {
    return readImage(
      await connection.call({ method: "GET", path: `${pathOf(name)}/json`, query, purpose, signal }),
    )
  } catch (error) {
    if (isDockerError(error, "IMAGE_NOT_FOUND")) return undefined
    throw error
  }
}

/** Ids of all images that the daemon has. */
export async function listImages(
  connection: Connection,
  { signal }: Cancellable = {},
): Promise<readonly string[]> {
  const purpose = "list the images"
  const reply = await connection.call({ method: "GET", path: "/images/json", purpose, signal })
  if (!Array.isArray(reply)) return []
  return reply.flatMap((image) => (isRecord(image) && typeof image["Id"] === "string" ? [image["Id"]] : []))
}

/** Gives an image one more name; the name moves if another image has it. */
export async function tagImage(
  connection: Connection,
  info: EngineInfo,
  source: string,
  repository: string,
  tag: string,
  { signal }: Cancellable = {},
): Promise<void> {
  const purpose = `tag ${source} as ${repository}:${tag}`
  await connection.call({
    method: "POST",
    path: `${pathOf(source)}/tag`,
    query: { repo: info.kind === "podman" ? localName(repository) : repository, tag },
    purpose,
    signal,
  })
}

export interface UntagOptions extends Cancellable {
  /** What becomes of the image's last name: the daemon deletes the image with it. `keep` when left out. */
  readonly last?: "keep" | "remove"
}

/**
 * Removes a name, whether or not containers use the image. A name that is not there is no error.
 *
 * @returns false if the name is the image's last one and was kept
 */
export async function untagImage(
  connection: Connection,
  name: string,
  { last = "keep", signal }: UntagOptions = {},
): Promise<boolean> {
  const purpose = `remove the name ${name}`
  try {
    if (last === "keep") {
      const image = readImage(
        await connection.call({ method: "GET", path: `${pathOf(name)}/json`, purpose, signal }),
      )
      if (image.repoTags.length <= 1) return false
    }
    await connection.call({ method: "DELETE", path: pathOf(name), query: { noprune: "1" }, purpose, signal })
  } catch (error) {
    if (!isDockerError(error, "IMAGE_NOT_FOUND")) throw error
  }
  return true
}

/** Removes an image that has no name, by its id. One that has, or is not there, is left alone. */
export async function removeUnnamed(connection: Connection, info: EngineInfo, id: string): Promise<void> {
  const image = await inspectImage(connection, info, id)
  if (!image || image.repoTags.length > 0 || image.repoDigests.length > 0) return
  const purpose = `remove the image ${id}`
  await connection.call({ method: "DELETE", path: pathOf(id), query: { noprune: "1" }, purpose })
}

/** `/images/…`, with everything escaped that no image name has but a user may type. */
export function pathOf(name: string): string {
  return `/images/${name.replaceAll(/[^\w.:@/-]/gu, encodeURIComponent)}`
}

function readImage(reply: unknown): LocalImage {
  if (!isRecord(reply) || typeof reply["Id"] !== "string") {
    throw new DockerError("FAILED", "The Docker daemon's description of the image has no id")
  }
  const { Id: id, RepoTags, RepoDigests, Size, Os: os, Architecture: architecture, Variant: variant } = reply
  const { Manifests: manifests, RootFS: rootfs } = reply
  const platform = readPlatform({ os, architecture, variant })
  return {
    id,
    repoTags: strings(RepoTags),
    repoDigests: strings(RepoDigests),
    size: typeof Size === "number" ? Size : 0,
    layers: isRecord(rootfs) ? strings(rootfs["Layers"]) : [],
    ...(platform && { platform }),
    ...(Array.isArray(manifests) && { manifests: manifests.flatMap(readManifest) }),
  }
}

function readManifest(summary: unknown): LocalManifest[] {
  if (!isRecord(summary)) return []
  const { Descriptor, Kind, Available, ImageData } = summary
  const descriptor = readDescriptor(Descriptor)
  if (!descriptor) return []
  const kind = Kind === "image" || Kind === "attestation" ? Kind : "unknown"
  // What the image's own configuration says comes before what the index says about it.
  const platform =
    (isRecord(ImageData) ? readPlatform(ImageData["Platform"]) : undefined) ?? descriptor.platform
  return [
    {
      digest: descriptor.digest,
      kind,
      available: Available === true,
      ...(kind === "image" && platform && { platform }),
    },
  ]
}

function readPlatform(value: unknown): Platform | undefined {
  const { os, architecture, variant } = isRecord(value) ? value : {}
  if (typeof os !== "string" || typeof architecture !== "string" || os === "" || architecture === "")
    return undefined
  return { os, architecture, ...(typeof variant === "string" && variant !== "" && { variant }) }
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : []
}
