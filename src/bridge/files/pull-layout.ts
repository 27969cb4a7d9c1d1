/**
 * An image or an artifact out of the registry, into an OCI layout, byte for byte.
 * @module
 */
import { once } from "../../chunks.ts"
import type { LayoutWriter } from "../../layout/layout-writer.ts"
import type { Descriptor } from "../../oci/descriptor.ts"
import type { Digest } from "../../oci/digest.ts"
import { RegistryError } from "../../oci/errors.ts"
import { isNonDistributable } from "../../oci/media-types.ts"
import type { RepositoryName } from "../../oci/reference.ts"
import type { Registry } from "../../registry/registry.ts"
import type { OnTransferEvent } from "../events.ts"
import { forEachOf } from "./each.ts"
import { damaged } from "./failure.ts"
import { graphOf } from "./graph.ts"
import { layerListener, tellLayer, watchedLayer } from "./layer-progress.ts"

export interface PullLayoutOptions {
  readonly signal?: AbortSignal | undefined
  readonly onEvent: OnTransferEvent
}

/**
 * Adds everything that a manifest names, and it itself; naming it is left to the caller.
 * @returns its descriptor
 * @throws RegistryError for what is damaged in the store; TransferError CONTENT_DAMAGED; ImageFileError; the signal's reason
 */
export async function pullGraph(
  registry: Registry,
  name: RepositoryName,
  digest: Digest,
  writer: LayoutWriter,
  { signal, onEvent }: PullLayoutOptions,
): Promise<Descriptor> {
  const { bytes, mediaType } = await registry.manifests.read(name, { digest }, signal)
  const root = { mediaType, digest, size: bytes.byteLength }
  const graph = await graphOf(root, async (descriptor) => {
    const stored = await registry.manifests.read(name, { digest: descriptor.digest }, signal)
    return stored.bytes
  })
  const listenerFor = layerListener(graph, onEvent)
  await forEachOf(graph.blobs, writer.inParallel, signal, (blob, either) =>
    pullBlob(registry, name, blob, writer, { signal: either, onEvent: listenerFor(blob) }),
  )
  for (const { descriptor, bytes } of graph.manifests) {
    signal?.throwIfAborted()
    const exact = { ...descriptor, size: bytes.byteLength }
    if (!(await writer.has(exact, signal))) await writer.add(exact, once(bytes))
  }
  return root
}

async function pullBlob(
  registry: Registry,
  name: RepositoryName,
  blob: Descriptor,
  writer: LayoutWriter,
  { signal, onEvent }: PullLayoutOptions,
): Promise<void> {
  if (await writer.has(blob, signal)) return tellLayer(onEvent, blob, "Already exists")
  const read = await registry.blobs.read(name, blob.digest, undefined, signal).catch((error: unknown) => {
    if (error instanceof RegistryError && error.code === "BLOB_UNKNOWN" && isNonDistributable(blob.mediaType))
      return undefined // it lives elsewhere, where the manifest says
    throw error
  })
  if (!read) return undefined
  const { body, size } = read
  try {
    if (size !== blob.size)
      throw damaged(
        `The blob ${blob.digest} has ${size} bytes in the store, and not the ${blob.size} that its manifest says.`,
      )
    await writer.add(blob, watchedLayer(onEvent, blob, body))
  } finally {
    body.destroy()
  }
  return tellLayer(onEvent, blob, "Pull complete", blob.size)
}
