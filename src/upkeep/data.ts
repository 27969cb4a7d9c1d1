/**
 * Blobs, read once more from their first byte to their last.
 * @module
 */
import { algorithmOf, createHasher, type Digest } from "../oci/digest.ts"
import { blobData } from "../registry/layout.ts"
import type { MemoryBudget } from "../storage/budget.ts"
import { isStorageError, type StorageDriver } from "../storage/driver.ts"
import { withMemory } from "./lease.ts"

/** Bytes that one blob on its way may hold in the buffers of sockets and streams. */
const IN_FLIGHT = 1024 * 1024

export interface DataCheck {
  readonly driver: StorageDriver
  readonly budget: MemoryBudget
  readonly digest: Digest
  /** The digest that the bytes are kept under, which for others than sha256 may be another one. */
  readonly location: Digest
  /** Called with the bytes that were newly read. */
  readonly onRead: (bytes: number) => void
  readonly signal?: AbortSignal | undefined
}

/** What is at a blob's place; undefined if there is nothing. */
export interface DataState {
  /** Bytes. */
  readonly size: number
  /** What they hash to; undefined if they were not read. */
  readonly actual?: Digest
}

export async function hashData(check: DataCheck): Promise<DataState | undefined> {
  const { driver, budget, digest, location, onRead, signal } = check
  return withMemory(budget, IN_FLIGHT, signal, async () => {
    const hasher = createHasher(algorithmOf(digest))
    try {
      const { body, size } = await driver.read(blobData(location), { signal })
      for await (const chunk of body) {
        hasher.update(chunk)
        onRead(chunk.length)
      }
      return { size, actual: hasher.digest() }
    } catch (error) {
      if (isStorageError(error, "NOT_FOUND")) return undefined
      throw error
    }
  })
}
