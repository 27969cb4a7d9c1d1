/**
 * An image out of an archive of `docker save`, into the registry: its layers are compressed here, as those are that a daemon saves.
 * @module
 */
import type { CompressOptions } from "../../archive/compress.ts"
import { type DockerArchiveImage, readDockerArchive } from "../../archive/docker-archive.ts"
import type { TarFiles } from "../../archive/tar-file.ts"
import { fullName } from "../../layout/names.ts"
import type { Digest } from "../../oci/digest.ts"
import type { Registry } from "../../registry/registry.ts"
import { openHold } from "../archive/hold.ts"
import { knownLayers } from "../archive/known-layers.ts"
import { createLayerStore } from "../archive/layers.ts"
import { putImage } from "../archive/manifests.ts"
import { TransferError } from "../errors.ts"
import type { PushTarget } from "../publish.ts"
import type { StoreSide } from "../transfer.ts"
import { findUnchanged, progressOf } from "../transports/archive-push.ts"
import type { DockerContents } from "./docker-contents.ts"

export interface PushDockerOptions extends StoreSide {
  readonly compression?: CompressOptions | undefined
  readonly force?: boolean
}

/**
 * The image that is meant.
 * @param wanted one of its names, with or without tag
 * @throws TransferError IMAGE_ABSENT, which says what there is; ArchiveError
 */
export async function chooseDockerImage(
  files: TarFiles,
  wanted: string | undefined,
): Promise<DockerArchiveImage> {
  const images = await readDockerArchive(files)
  const names = images.map((image) => image.names.join(", ") || "one without a name").join(", ")
  const found =
    wanted === undefined
      ? images
      : images.filter((image) => image.names.some((name) => isCalled(name, wanted)))
  const [first, second] = found
  if (first && !second) return first
  const text = first
    ? `${files.place} has several images: ${names}. Say which one behind its path: ':' and its name.`
    : `${files.place} has no image '${wanted}': it has ${names}.`
  throw new TransferError("IMAGE_ABSENT", text)
}

function isCalled(name: string, wanted: string): boolean {
  const tagged = /:[^/]+$/.test(wanted) ? wanted : `${wanted}:latest`
  return fullName(name) === fullName(tagged)
}

/** @returns the digest of its manifest, which the tag is held to name */
export async function pushDockerImage(
  registry: Registry,
  { name, tag }: PushTarget,
  files: TarFiles,
  { archive, layers, ids }: DockerContents,
  options: PushDockerOptions,
): Promise<Digest> {
  const { signal, force = false, onEvent = () => undefined } = options
  for (const id of force ? [] : ids) {
    const unchanged = await findUnchanged(registry, { name, tag }, { id }, options)
    if (unchanged) return unchanged
  }
  const store = createLayerStore({
    registry,
    name,
    compression: options.compression ?? { algorithm: "gzip" },
    known: force ? new Map() : await knownLayers(registry, name, tag, signal),
    openSpool: () => openHold(options),
    onRead: (layer, current) => onEvent({ type: "engine", progress: progressOf(layer, current) }),
  })
  for (const layer of layers) {
    signal?.throwIfAborted()
    await store.add({ ...layer, body: files.read(layer.name, signal) })
  }
  const digest = await putImage({ registry, name, archive, layers: await store.settled() })
  await registry.tags.set(name, tag, digest)
  return digest
}
