/**
 * What a transfer tells whoever watches it. Bytes travel two legs, between daemon and us and between us and the store, and each
 * leg reports for itself.
 * @module
 */
import type { EngineProgress } from "../docker/progress.ts"
import type { BlobEvent } from "../registry/events.ts"

export type TransferEvent =
  /** What happens next, in words. */
  | { readonly type: "step"; readonly text: string }
  /** Something that the user should know although the transfer goes on. */
  | { readonly type: "warning"; readonly text: string }
  /** The leg between the daemon and us, as the daemon tells it; that of a file in its place is told in the same words. */
  | { readonly type: "engine"; readonly progress: EngineProgress }
  /** The leg between us and the store. */
  | { readonly type: "blob"; readonly event: BlobEvent }
  /** A request that the daemon has made, answered. */
  | { readonly type: "request"; readonly line: string }

export type OnTransferEvent = (event: TransferEvent) => void

/** Blobs and their bytes. */
export interface BlobCount {
  readonly blobs: number
  readonly bytes: number
}

/** Counts the blobs that were moved, one way or the other, and those that the store had. */
export interface BlobTally {
  add(event: BlobEvent): void
  stored(): BlobCount
  read(): BlobCount
  present(): BlobCount
}

export function createTally(): BlobTally {
  const stored = new Map<string, number>()
  const read = new Map<string, number>()
  const present = new Map<string, number>()
  return {
    add(event) {
      if (event.type === "stored") stored.set(event.digest, event.size)
      if (event.type === "read") read.set(event.digest, event.size)
      if (event.type === "present") present.set(event.digest, event.size)
    },
    stored: () => count(stored),
    read: () => count(read),
    present: () => count(present),
  }
}

function count(sizes: Map<string, number>): BlobCount {
  return { blobs: sizes.size, bytes: [...sizes.values()].reduce((sum, size) => sum + size, 0) }
}
