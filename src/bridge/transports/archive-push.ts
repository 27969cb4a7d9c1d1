/**
 * Push of the archive that the daemon saves: its layers are compressed here and stored as they pass, its manifest comes last.
 * @module
 */
import { type ArchivedLayer, readImageArchive } from "../../archive/image-archive.ts"
import { hexOf, isDigest, type Digest } from "../../oci/digest.ts"
import { parseManifest } from "../../oci/manifest.ts"
import { openHold } from "../archive/hold.ts"
import { knownLayers } from "../archive/known-layers.ts"
import { createLayerStore } from "../archive/layers.ts"
import { putImage } from "../archive/manifests.ts"
import type { BlobTally } from "../events.ts"
import type { FoundImage } from "../local-image.ts"
import type { PushTarget } from "../publish.ts"
import type { PushOptions } from "../push.ts"
import { openInProcess } from "./in-process.ts"
import type { PushTransport, Transport } from "./transport.ts"

export async function openArchivePush(options: PushOptions, tally: BlobTally): Promise<PushTransport> {
  const way = openInProcess(
    options,
    { publish: "held", rewrite: options.force ?? false, immutableTags: options.immutableTags ?? false },
    tally,
  )
  return { ...way, push: (target, image) => pushArchive(way, target, image, options) }
}

async function pushArchive(
  { registry }: Transport,
  { name, tag }: PushTarget,
  image: FoundImage,
  options: PushOptions,
): Promise<Digest> {
  const { engine, platform, signal, force = false, onEvent = () => undefined } = options
  // The classic store's manifests are made for the archive; the containerd store's are the image's own.
  const fallback = engine.info.store === "classic" ? ({ algorithm: "gzip" } as const) : undefined
  const unchanged = force ? undefined : await findUnchanged(registry, { name, tag }, image, options)
  if (unchanged) return unchanged
  onEvent({ type: "step", text: `The daemon saves ${image.name}; its layers are read here` })
  const layers = createLayerStore({
    registry,
    name,
    compression: options.compression ?? fallback,
    known: force ? new Map() : await knownLayers(registry, name, tag, signal),
    openSpool: () => openHold(options),
    onRead: (layer, current) => onEvent({ type: "engine", progress: progressOf(layer, current) }),
  })
  const archive = await readImageArchive(engine.saveImage(image.name, { platform, signal }), layers.add)
  const digest = await putImage({ registry, name, archive, layers: await layers.settled() })
  await registry.tags.set(name, tag, digest)
  return digest
}

/**
 * What the tag names, if that is the daemon's image: then nothing needs to be saved. An image's id is the digest of its
 * configuration in one store, and of its manifest in the other.
 */
export async function findUnchanged(
  { tags, manifests }: Transport["registry"],
  { name, tag }: PushTarget,
  { id }: Pick<FoundImage, "id">,
  { platform, signal }: Pick<PushOptions, "platform" | "signal">,
): Promise<Digest | undefined> {
  const digest = platform ? undefined : await tags.resolve(name, tag, signal)
  if (!digest || digest === id || !isDigest(id)) return digest === id ? digest : undefined
  const { bytes } = await manifests.read(name, { digest }, signal)
  return parseManifest(bytes).config?.digest === id ? digest : undefined
}

export function progressOf({ name, digest, size }: ArchivedLayer, current: number) {
  const id = (digest ? hexOf(digest) : name).slice(0, 12)
  return { type: "layer", id, status: current < size ? "Reading" : "Read", current, total: size } as const
}
