/**
 * Pull as an archive that the daemon loads: one platform's image, without the layers that the daemon has where it may lack them.
 * @module
 */
import { isZstd } from "../../archive/decompress.ts"
import type { EngineInfo } from "../../docker/info.ts"
import type { Descriptor } from "../../oci/descriptor.ts"
import { RegistryError } from "../../oci/errors.ts"
import type { Registry } from "../../registry/registry.ts"
import { archiveOf, type LayerToLoad } from "../archive/image-to-load.ts"
import { diffIdsOf } from "../archive/known-layers.ts"
import { openLayer } from "../archive/open-layer.ts"
import { findPlatformImage, manifestsOf } from "../archive/platform-image.ts"
import { presentLayers } from "../archive/present-layers.ts"
import { readBlob } from "../archive/read-blob.ts"
import type { BlobTally } from "../events.ts"
import { fatal } from "../fatal.ts"
import type { PullOptions } from "../pull.ts"
import { openInProcess } from "./in-process.ts"
import type { PullSource, PullTransport } from "./transport.ts"

export async function openArchivePull(options: PullOptions, tally: BlobTally): Promise<PullTransport> {
  const way = openInProcess(options, { publish: "held" }, tally)
  return { ...way, pull: (source) => loadFrom(way.registry, source, options) }
}

/** Engines before this version read no zstd, but for those with the containerd store. */
const ZSTD_VERSION = 23

export function readsZstd({ kind, store, version }: EngineInfo): boolean {
  return kind !== "docker" || store === "containerd" || Number.parseInt(version, 10) >= ZSTD_VERSION
}

/** @throws TransferError PLATFORM_ABSENT, CONTENT_DAMAGED; DockerError; StorageError */
export async function loadFrom(
  registry: Registry,
  { name, digest, image }: PullSource,
  options: PullOptions,
): Promise<void> {
  const { engine, signal, onEvent = () => undefined } = options
  const platform = options.platform ?? engine.info.platform
  try {
    const { manifest, path } = await findPlatformImage(manifestsOf(registry, name, signal), digest, platform)
    const config = await readBlob(registry, name, manifest.config, signal)
    const present = await presentLayers(engine, diffIdsOf(config), signal)
    const unpacks = !readsZstd(engine.info) && manifest.layers.some(({ mediaType }) => isZstd(mediaType))
    const open = (layer: Descriptor) => openLayer(registry, { name, layer, unpacks }, options)
    const layers = manifest.layers.map((layer, index): LayerToLoad =>
      index < present ? { descriptor: layer } : { descriptor: layer, open: () => open(layer) },
    )
    onEvent({ type: "step", text: `The daemon loads ${image.repository}:${image.tag} as an archive` })
    const layout = unpacks ? undefined : path
    await engine.loadImage(archiveOf({ image, manifest, layout, config, layers }), { signal })
  } catch (error) {
    throw (error instanceof RegistryError && fatal(error, "pull")) || error
  }
}
