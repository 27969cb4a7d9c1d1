/**
 * A body that is hashed and counted on its way in.
 * @module
 */
import { algorithmOf, createHasher, type Digest } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"

export interface HashedBody {
  readonly chunks: AsyncIterable<Uint8Array>
  /**
   * To be called when all chunks were read.
   * @param size bytes that there should have been, if known
   * @throws RegistryError SIZE_INVALID, DIGEST_INVALID
   */
  verify(size?: number): void
}

export function hashing(source: AsyncIterable<Uint8Array>, expected: Digest): HashedBody {
  const hasher = createHasher(algorithmOf(expected))
  let received = 0

  async function* chunks(): AsyncIterable<Uint8Array> {
    for await (const chunk of source) {
      hasher.update(chunk)
      received += chunk.length
      yield chunk
    }
  }

  return {
    chunks: chunks(),
    verify(size) {
      checkSize(size, received)
      checkDigest(hasher.digest(), expected)
    },
  }
}

/** @throws RegistryError SIZE_INVALID when fewer or more bytes came than were announced */
export function checkSize(announced: number | undefined, received: number): void {
  if (announced === undefined || announced === received) return
  throw new RegistryError("SIZE_INVALID", {
    message: `${announced} bytes were announced, ${received} came`,
  })
}

/** @throws RegistryError DIGEST_INVALID */
export function checkDigest(actual: Digest, expected: Digest): void {
  if (actual === expected) return
  throw new RegistryError("DIGEST_INVALID", {
    message: `the uploaded bytes hash to ${actual}, not to ${expected}`,
    detail: { digest: expected },
  })
}
