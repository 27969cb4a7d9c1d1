/**
 * A thread that hashes streams, piece by piece, out of memory that it shares with the thread that passes them on.
 * @module
 */
import { createHash, type Hash } from "node:crypto"
import { parentPort } from "node:worker_threads"
import type { DigestAlgorithm } from "../oci/digest.ts"

/** Of one stream, in its order. */
export type HashOrder =
  | { readonly id: number; readonly begin: DigestAlgorithm }
  /** The first `length` bytes are hashed, and the memory is answered for. */
  | { readonly id: number; readonly slab: SharedArrayBuffer; readonly length: number }
  | { readonly id: number; readonly end: "digest" | "drop" }

export interface HashAnswer {
  readonly id: number
  /** Hashed, and free again. */
  readonly slab?: SharedArrayBuffer
  /** Hex. */
  readonly digest?: string
}

const hashes = new Map<number, Hash>()

parentPort?.on("message", (order: HashOrder) => {
  const { id } = order
  if ("begin" in order) {
    hashes.set(id, createHash(order.begin))
  } else if ("slab" in order) {
    hashes.get(id)?.update(new Uint8Array(order.slab, 0, order.length))
    answer({ id, slab: order.slab })
  } else {
    const hash = hashes.get(id)
    hashes.delete(id)
    if (hash && order.end === "digest") answer({ id, digest: hash.digest("hex") })
  }
})

function answer(message: HashAnswer): void {
  parentPort?.postMessage(message, [])
}
