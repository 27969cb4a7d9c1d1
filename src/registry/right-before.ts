/**
 * Blobs of a folder that were read whole, and were right: a server gives the same ones out again and again, and hashing takes three
 * times as long as reading. As long as a file is the same one, unchanged, it needs no second hash.
 * @module
 */
import type { Digest } from "../oci/digest.ts"

/** Blobs that are remembered at most: some 2 MB. */
const MOST = 10_000

export interface RightBefore {
  has(digest: Digest, etag: string): boolean
  add(digest: Digest, etag: string): void
}

export function createRightBefore(most = MOST): RightBefore {
  const etags = new Map<Digest, string>()
  return {
    has: (digest, etag) => etags.get(digest) === etag,

    add(digest, etag) {
      etags.delete(digest)
      etags.set(digest, etag)
      if (etags.size <= most) return
      const [oldest] = etags.keys()
      if (oldest !== undefined) etags.delete(oldest)
    },
  }
}
