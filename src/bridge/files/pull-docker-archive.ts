/**
 * One platform's image out of the registry, as an archive that every engine loads.
 * @module
 */
import type { Readable } from "node:stream"
import { isZstd } from "../../archive/decompress.ts"
import { type Descriptor, formatPlatform, type Platform } from "../../oci/descriptor.ts"
import type { Digest } from "../../oci/digest.ts"
import { DOCKER_CONFIG, OCI_CONFIG } from "../../oci/media-types.ts"
import type { RepositoryName } from "../../oci/reference.ts"
import type { Registry } from "../../registry/registry.ts"
import { archiveOf, type OpenLayer } from "../archive/image-to-load.ts"
import { openLayer } from "../archive/open-layer.ts"
import { findPlatformImage, manifestsOf } from "../archive/platform-image.ts"
import { readBlob } from "../archive/read-blob.ts"
import { TransferError } from "../errors.ts"
import type { StoreSide } from "../transfer.ts"
import { tellLayer, watchedLayer } from "./layer-progress.ts"

export interface DockerArchiveOptions extends StoreSide {
  readonly platform: Platform
  /** Repository and tag that it gets when it is loaded. */
  readonly image: { readonly repository: string; readonly tag: string }
}

/**
 * The archive, written as it is read.
 * @throws TransferError PLATFORM_ABSENT, IMAGE_ABSENT for what is no image; RegistryError
 */
export async function dockerArchiveOf(
  registry: Registry,
  name: RepositoryName,
  digest: Digest,
  options: DockerArchiveOptions,
): Promise<Readable> {
  const { signal, platform, image, onEvent = () => undefined } = options
  const read = manifestsOf(registry, name, signal)
  const { manifest, path } = await findPlatformImage(read, digest, platform)
  if (manifest.config.mediaType !== OCI_CONFIG && manifest.config.mediaType !== DOCKER_CONFIG) {
    const text = `${digest} is ${manifest.artifactType ?? "an artifact"} and no image for engines: oci: and oci-archive: take everything.`
    throw new TransferError("IMAGE_ABSENT", text)
  }
  const config = await readBlob(registry, name, manifest.config, signal)
  // Whoever loads it may be an engine before 23, which reads no zstd.
  const unpacks = manifest.layers.some(({ mediaType }) => isZstd(mediaType))
  if (unpacks) onEvent({ type: "step", text: "The layers are unpacked, for engines that read no zstd" })
  onEvent({
    type: "step",
    text: `${formatPlatform(platform)} is written as ${image.repository}:${image.tag}`,
  })

  async function open(layer: Descriptor): Promise<OpenLayer> {
    const opened = await openLayer(registry, { name, layer, unpacks }, options)
    async function* body(): AsyncGenerator<Uint8Array, void> {
      yield* watchedLayer(onEvent, { ...layer, size: opened.size }, opened.body)
      tellLayer(onEvent, { ...layer, size: opened.size }, "Pull complete", opened.size)
    }
    return { ...opened, size: opened.size, body: body() }
  }

  const layers = manifest.layers.map((layer) => ({ descriptor: layer, open: () => open(layer) }))
  return archiveOf({ image, manifest, layout: unpacks ? undefined : path, config, layers })
}
