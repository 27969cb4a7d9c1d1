/**
 * One upload session: bytes appended in order by one request at a time, then named by their digest.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-a-blob-in-chunks
 * @module
 */
import { algorithmOf, type Digest } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import { checkDigest, checkSize } from "./hashing.ts"
import type { Spool } from "./spool.ts"
import { tolerant } from "./tolerant.ts"

/** A chunk of the body, and where the client says it belongs. */
export interface Chunk {
  readonly source: AsyncIterable<Uint8Array>
  /** Offset of the first byte, from `Content-Range`; where it is not given, the chunk follows what is there. */
  readonly start?: number | undefined
  /** Bytes, if announced. */
  readonly size?: number | undefined
}

export interface UploadSession {
  readonly id: string
  /** Bytes received so far. */
  readonly size: number
  /** @throws RegistryError BLOB_UPLOAD_INVALID with status 416 when the chunk does not follow what is there */
  append(chunk: Chunk): Promise<void>
  /**
   * Appends the last chunk, if there is one, and ends the session: stored under `digest`, or not at all.
   * @throws RegistryError DIGEST_INVALID, SIZE_INVALID
   */
  commit(digest: Digest, chunk: Chunk): Promise<void>
  /** Ends the session without a trace. Idempotent. */
  cancel(): Promise<void>
}

interface SessionParts {
  readonly id: string
  readonly spool: Spool
  /** Stores a whole body whose digest is known, without the spool. */
  put(digest: Digest, source: AsyncIterable<Uint8Array>, size: number | undefined): Promise<void>
  /** Stores what the spool holds. */
  publish(digest: Digest): Promise<void>
  onEnd(): void
}

export function createUploadSession({ id, spool, put, publish, onEnd }: SessionParts): UploadSession {
  let last: Promise<unknown> = Promise.resolve()

  /** Requests to one session take turns: a client that retries must not interleave with its own earlier attempt. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }

  async function end(): Promise<void> {
    onEnd()
    await spool[Symbol.asyncDispose]()
  }

  async function appendChunk({ source, start, size }: Chunk): Promise<void> {
    checkStart(start, spool.size)
    const before = spool.size
    const body = tolerant(source)
    await spool.append(body.chunks)
    // What did arrive is in the spool and counted: after a broken connection the client may go on from there.
    body.rethrow()
    checkSize(size, spool.size - before)
  }

  return {
    id,
    get size() {
      return spool.size
    },

    append: (chunk) => inTurn(() => appendChunk(chunk)),

    commit: (digest, chunk) =>
      inTurn(async () => {
        checkStart(chunk.start, spool.size)
        try {
          if (spool.size === 0) return await put(digest, chunk.source, chunk.size)
          await appendChunk(chunk)
          checkDigest(await spool.digest(algorithmOf(digest)), digest)
          return await publish(digest)
        } finally {
          await end()
        }
      }),

    cancel: () => inTurn(end),
  }
}

/** `Range` of an upload's answers: the first and the last byte received. An empty upload says `0-0`, as registries do. */
export function rangeOf(size: number): string {
  return `0-${Math.max(0, size - 1)}`
}

/** @throws RegistryError BLOB_UPLOAD_INVALID with status 416 when a chunk does not follow the bytes that are here */
export function checkStart(start: number | undefined, here: number): void {
  if (start === undefined || start === here) return
  throw new RegistryError("BLOB_UPLOAD_INVALID", {
    status: 416,
    message: `the chunk starts at ${start}, but ${here} bytes are here`,
    headers: { range: rangeOf(here) },
  })
}

export function uploadUnknown(id: string): RegistryError {
  return new RegistryError("BLOB_UPLOAD_UNKNOWN", { detail: { id } })
}
