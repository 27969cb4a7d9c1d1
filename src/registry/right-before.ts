/**
 * Blobs of a folder that were read whole, and were right: a server gives the same ones out again and again, and hashing takes three
 * times as long as reading. As long as a file is the same one, unchanged, it needs no second hash.
 * @module
 */
import type { Digest } from "../oci/digest.ts"

/** Blobs that are remembered at most: some 2 MB. */
const MOST = 10_000

export interface RightBefore {
  has(digest: Digest, fingerprint: string): boolean
  add(digest: Digest, fingerprint: string): void
}

export function createRightBefore(most = MOST): RightBefore {
  const fingerprints = new Map<Digest, string>()
  return {
    has: (digest, fingerprint) => fingerprints.get(digest) === fingerprint,

    add(digest, fingerprint) {
      fingerprints.delete(digest)
      fingerprints.set(digest, fingerprint)
      if (fingerprints.size <= most) return
      const [oldest] = fingerprints.keys()
      if (oldest !== undefined) fingerprints.delete(oldest)
    },
  }
}
