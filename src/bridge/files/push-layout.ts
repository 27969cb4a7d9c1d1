/**
 * An image or an artifact out of an OCI layout, into the registry, byte for byte.
 * @module
 */
import type { Layout } from "../../layout/read-layout.ts"
import type { Descriptor } from "../../oci/descriptor.ts"
import { RegistryError } from "../../oci/errors.ts"
import { isNonDistributable } from "../../oci/media-types.ts"
import type { RepositoryName } from "../../oci/reference.ts"
import type { Registry } from "../../registry/registry.ts"
import type { OnTransferEvent } from "../events.ts"
import { forEachOf } from "./each.ts"
import { damaged, refused } from "./failure.ts"
import { type Graph, type GraphNode, graphOf } from "./graph.ts"
import type { HeldImage } from "./held-image.ts"
import { layerListener, tellLayer, watchedLayer } from "./layer-progress.ts"

/** Blobs on their way at a time: as many as a Docker daemon has. */
const IN_PARALLEL = 5

export interface PushLayoutOptions {
  readonly signal?: AbortSignal | undefined
  readonly onEvent: OnTransferEvent
}

/**
 * Everything that the image is made of, checked to be there in the right sizes before anything is sent.
 * @throws TransferError CONTENT_DAMAGED; ArchiveError
 */
export async function graphIn(layout: Layout, { root, made }: HeldImage): Promise<Graph> {
  const read = async (descriptor: Descriptor): Promise<Uint8Array> => {
    if (made && descriptor.digest === root.digest) return made
    const bytes = await layout.readManifest(descriptor)
    if (bytes) return bytes
    throw damaged(`The manifest ${descriptor.digest} is missing in ${layout.place}.`)
  }
  const graph = await graphOf(root, read).catch((error: unknown) => {
    throw refused(error, `The image ${root.digest} in ${layout.place}`)
  })
  const blobs: Descriptor[] = []
  for (const blob of graph.blobs) {
    const size = await layout.size(blob.digest)
    if (size === blob.size) blobs.push(blob)
    // Layers that live elsewhere, as Windows' once did, may be left out.
    else if (size !== undefined || !isNonDistributable(blob.mediaType)) throw wrongBlob(layout, blob, size)
  }
  return { ...graph, blobs }
}

function wrongBlob({ place }: Layout, { digest, size }: Descriptor, actual: number | undefined) {
  if (actual === undefined) return damaged(`The blob ${digest} is missing in ${place}.`)
  return damaged(
    `The blob ${digest} in ${place} has ${actual} bytes, and not the ${size} that its manifest says.`,
  )
}

/** @throws TransferError CONTENT_DAMAGED; ArchiveError; StorageError; the signal's reason. Nothing is tagged. */
export async function pushGraph(
  registry: Registry,
  name: RepositoryName,
  layout: Layout,
  graph: Graph,
  options: PushLayoutOptions,
): Promise<void> {
  const listenerFor = layerListener(graph, options.onEvent)
  await forEachOf(graph.blobs, IN_PARALLEL, options.signal, (blob, signal) =>
    pushBlob(registry, name, layout, blob, { signal, onEvent: listenerFor(blob) }),
  )
  for (const node of graph.manifests) {
    options.signal?.throwIfAborted()
    if (!(await isThere(registry, name, node))) await putManifest(registry, name, layout, node)
  }
}

async function isThere(
  { manifests }: Registry,
  name: RepositoryName,
  { descriptor: { digest } }: GraphNode,
): Promise<boolean> {
  try {
    await manifests.stat(name, { digest })
    return true
  } catch (error) {
    // A damaged one is written again.
    if (error instanceof RegistryError) return false
    throw error
  }
}

async function putManifest(
  { manifests }: Registry,
  name: RepositoryName,
  { place }: Layout,
  { descriptor: { digest }, bytes, manifest }: GraphNode,
): Promise<void> {
  try {
    await manifests.put(name, { digest }, bytes, manifest.mediaType)
  } catch (error) {
    throw refused(error, `The manifest ${digest} in ${place}`)
  }
}

async function pushBlob(
  registry: Registry,
  name: RepositoryName,
  layout: Layout,
  blob: Descriptor,
  { signal, onEvent }: PushLayoutOptions,
): Promise<void> {
  const { digest, size } = blob
  if (await registry.blobs.stat(name, digest, signal)) return tellLayer(onEvent, blob, "Layer already exists")
  try {
    const body = watchedLayer(onEvent, blob, layout.read(digest, signal), "Pushing")
    await registry.uploads.put(name, digest, body, size)
  } catch (error) {
    if (error instanceof RegistryError && error.code === "DIGEST_INVALID")
      throw damaged(`The blob ${digest} in ${layout.place} is damaged: ${error.message}.`, error)
    throw refused(error, `The blob ${digest} in ${layout.place}`)
  }
  return tellLayer(onEvent, blob, "Pushed", size)
}
