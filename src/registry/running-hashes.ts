/**
 * Hashes of uploads that this process has seen from their first byte on. What it has missed, because another replica took it, is
 * read once more in the end.
 * @module
 */
import { createHasher, type Digest, type DigestAlgorithm } from "../oci/digest.ts"

/** Uploads whose hash is kept: one that ends at another replica never says so here. */
const LIMIT = 1000

export interface RunningHash {
  readonly algorithm: DigestAlgorithm
  /** Bytes hashed so far. */
  readonly offset: number
  update(chunk: Uint8Array): void
  digest(): Digest
}

/** A hash is in the hands of one request at a time, which gives it back only if all that it has added is part of the upload. */
export interface RunningHashes {
  take(id: string): RunningHash | undefined
  keep(id: string, hash: RunningHash): void
}

export function createRunningHashes(): RunningHashes {
  const hashes = new Map<string, RunningHash>()

  return {
    take(id) {
      const hash = hashes.get(id)
      hashes.delete(id)
      return hash
    },

    keep(id, hash) {
      hashes.set(id, hash)
      const [oldest] = hashes.keys()
      if (hashes.size > LIMIT && oldest !== undefined) hashes.delete(oldest)
    },
  }
}

export function createRunningHash(algorithm?: DigestAlgorithm): RunningHash {
  const hasher = createHasher(algorithm)
  let offset = 0
  return {
    algorithm: hasher.algorithm,
    digest: () => hasher.digest(),

    get offset() {
      return offset
    },

    update(chunk) {
      hasher.update(chunk)
      offset += chunk.length
    },
  }
}
