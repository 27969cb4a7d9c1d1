/**
 * Objects that tell whether they are whole: the digest of all that follows comes first.
 * @module
 */
import { createHash, randomBytes } from "node:crypto"

const DIGEST_BYTES = 32

export function sealed(size: number): Buffer {
  const content = randomBytes(size)
  return Buffer.concat([createHash("sha256").update(content).digest(), content])
}

export function isWhole(bytes: Buffer): boolean {
  const digest = createHash("sha256").update(bytes.subarray(DIGEST_BYTES)).digest()
  return digest.equals(bytes.subarray(0, DIGEST_BYTES))
}

/** Numbers from 0 to 1 that are the same for the same seed (a linear congruential generator, constants of Numerical Recipes). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
