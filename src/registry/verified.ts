/**
 * A blob's bytes on their way out, hashed as they pass.
 * @module
 */
import { pipeline, type Readable, Transform } from "node:stream"
import { algorithmOf, type Digest } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import type { OnBlobEvent } from "./events.ts"
import type { HashThreads } from "./hash-threads.ts"

interface Verification {
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
  readonly hashes: HashThreads
  readonly onBlob: OnBlobEvent
}

/**
 * Passes `source` on. The last chunk is held back until everything is known to hash to `digest`, so that whoever reads a damaged
 * blob sees a broken body and never a complete one.
 */
export function verified(source: Readable, { digest, size, hashes, onBlob }: Verification): Readable {
  const hash = hashes.create(algorithmOf(digest), size)
  let held: Buffer | undefined
  const check = new Transform({
    transform(chunk: Buffer, _encoding, taken) {
      const waiting = hash.update(chunk)
      onBlob({ type: "moved", digest, bytes: chunk.length })
      if (held) this.push(held)
      held = chunk
      if (waiting) waiting.then(() => taken(), taken)
      else taken()
    },
    flush(ended) {
      const finish = (actual: Digest): void => {
        if (actual !== digest) return ended(corrupt(digest, actual))
        if (held) this.push(held)
        onBlob({ type: "read", digest, size })
        return ended()
      }
      hash.digest().then(finish, ended)
    },
  })
  onBlob({ type: "started", digest, size })
  // The reader sees what went wrong on `check` itself; the callback keeps the source from failing unheard.
  return pipeline(source, check, () => hash[Symbol.dispose]())
}

function corrupt(expected: Digest, actual: Digest): RegistryError {
  return new RegistryError("DIGEST_INVALID", {
    status: 500,
    message: `the blob ${expected} is corrupt in the store: its bytes hash to ${actual}`,
  })
}
