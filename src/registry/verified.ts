/**
 * A blob's bytes on their way out: hashed as they pass, and told of.
 * @module
 */
import { algorithmOf, createHasher, type Digest } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import type { Body } from "../storage/driver.ts"
import type { OnBlobEvent } from "./events.ts"

export interface Expected {
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
}

/**
 * Passes `source` on. The last chunk goes only when everything is known to hash to the digest, so that whoever reads a damaged blob
 * sees a broken body and never a complete one.
 * @param onRight called when it does
 */
export function verified(source: Body, { digest, size }: Expected, onRight?: () => void): Body {
  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    const hasher = createHasher(algorithmOf(digest))
    let passed = 0
    for await (const chunk of source) {
      hasher.update(chunk)
      passed += chunk.byteLength
      if (passed >= size) assertRight(digest, hasher.digest())
      yield chunk
    }
    assertRight(digest, hasher.digest())
    onRight?.()
  }
  return { [Symbol.asyncIterator]: chunks, destroy: (error) => source.destroy(error) }
}

/** Passes `source` on, and tells how far it is. */
export function told(source: Body, { digest, size }: Expected, onBlob: OnBlobEvent): Body {
  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of source) {
      onBlob({ type: "moved", digest, bytes: chunk.byteLength })
      yield chunk
    }
    onBlob({ type: "read", digest, size })
  }
  onBlob({ type: "started", digest, size })
  return { [Symbol.asyncIterator]: chunks, destroy: (error) => source.destroy(error) }
}

function assertRight(expected: Digest, actual: Digest): void {
  if (actual === expected) return
  throw new RegistryError("DIGEST_INVALID", {
    status: 500,
    message: `the blob ${expected} is corrupt in the store: its bytes hash to ${actual}`,
  })
}
