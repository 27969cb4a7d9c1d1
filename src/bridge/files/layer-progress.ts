/**
 * The leg of a transfer between a file and us, told in the words that a daemon has for it.
 * @module
 */
import type { Descriptor } from "../../oci/descriptor.ts"
import { shortDigest } from "../../oci/digest.ts"
import type { OnTransferEvent } from "../events.ts"
import type { Graph } from "./graph.ts"

type Status =
  | "Layer already exists"
  | "Pushing"
  | "Pushed"
  | "Already exists"
  | "Downloading"
  | "Pull complete"

/** Who hears of each blob of an image: of its configuration nobody, as with a daemon. */
export function layerListener(
  { manifests }: Graph,
  onEvent: OnTransferEvent,
): (blob: Descriptor) => OnTransferEvent {
  const configs = new Set(manifests.map(({ manifest }) => manifest.config?.digest))
  return ({ digest }) => (configs.has(digest) ? () => undefined : onEvent)
}

/** @param current bytes so far, if that matters */
export function tellLayer(
  onEvent: OnTransferEvent,
  { digest, size }: Descriptor,
  status: Status,
  current?: number,
): void {
  const id = shortDigest(digest)
  const bytes = current === undefined ? {} : { current, total: size }
  onEvent({ type: "engine", progress: { type: "layer", id, status, ...bytes } })
}

/** The layer's bytes, told as they pass. */
export async function* watchedLayer(
  onEvent: OnTransferEvent,
  layer: Descriptor,
  body: AsyncIterable<Uint8Array>,
  status: "Pushing" | "Downloading" = "Downloading",
): AsyncGenerator<Uint8Array, void> {
  let passed = 0
  for await (const chunk of body) {
    passed += chunk.byteLength
    tellLayer(onEvent, layer, status, passed)
    yield chunk
  }
}
