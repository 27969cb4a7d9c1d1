/**
 * A blob's bytes on their way out, hashed as they pass.
 * @module
 */
import { pipeline, type Readable, Transform } from "node:stream"
import { algorithmOf, createHasher, type Digest } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import type { OnBlobEvent } from "./events.ts"

/**
 * Passes `source` on. The last chunk is held back until everything is known to hash to `digest`, so that whoever reads a damaged
 * blob sees a broken body and never a complete one.
 */
export function verified(source: Readable, digest: Digest, onBlob: OnBlobEvent, size: number): Readable {
  const hasher = createHasher(algorithmOf(digest))
  let held: Buffer | undefined
  const check = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hasher.update(chunk)
      onBlob({ type: "moved", digest, bytes: chunk.length })
      if (held) this.push(held)
      held = chunk
      done()
    },
    flush(done) {
      if (hasher.digest() !== digest) return done(corrupt(digest, hasher.digest()))
      if (held) this.push(held)
      onBlob({ type: "read", digest, size })
      return done()
    },
  })
  onBlob({ type: "started", digest, size })
  // The reader sees what went wrong on `check` itself; the callback only keeps the source from failing unheard.
  return pipeline(source, check, () => undefined)
}

function corrupt(expected: Digest, actual: Digest): RegistryError {
  return new RegistryError("DIGEST_INVALID", {
    status: 500,
    message: `the blob ${expected} is corrupt in the store: its bytes hash to ${actual}`,
  })
}
