/**
 * Reading an object over a network: one request, and more only where the connection breaks, or where the object is large and
 * never changes.
 * @module
 */
import type { Readable } from "node:stream"
import { givingBack } from "../chunks.ts"
import { destroyOnAbort } from "./abort.ts"
import type { MemoryBudget } from "./budget.ts"
import {
  isStorageError,
  type Body,
  type ByteRange,
  type Cancellable,
  type ObjectRead,
  type ReadOptions,
} from "./driver.ts"
import { PIECE, readAhead } from "./read-ahead.ts"
import { resumingBody } from "./resume.ts"

export interface OpenOptions extends Cancellable {
  readonly range?: ByteRange
  /** Only this version. */
  readonly ifMatch?: string
}

/** A store's answer to one request for bytes. */
export interface OpenedBody {
  readonly body: Readable
  /** Bytes of this answer. */
  readonly length: number
  /** Bytes of the whole object. */
  readonly size: number
  readonly etag: string
  readonly modified: Date
}

type Open = (options: OpenOptions) => Promise<OpenedBody>

export interface RemoteReadOptions extends ReadOptions {
  /** One request to the store, retried where that helps. */
  readonly open: Open
  /** Makes an error that broke a body off, for good, the reader's. */
  readonly describe: (error: unknown) => Error
  /** For what is fetched ahead. */
  readonly budget: MemoryBudget
}

export async function readRemote(options: RemoteReadOptions): Promise<ObjectRead> {
  const { range, immutable = false, open, describe, budget, signal } = options
  const wanted = immutable ? firstPiece(range) : range
  const { etag, size, modified, length, body: opened } = await openFirst(open, wanted, signal)

  /** From where the request for it began to where it ends, whatever breaks in between. */
  const resuming = (body: Readable, start: number, end: number): Readable =>
    resumingBody(body, {
      length: end - start,
      describe,
      reopen: async (offset, signal) => {
        const rest = { start: start + offset, end: end - 1 }
        return (await open({ range: rest, ifMatch: etag, signal })).body
      },
    })

  const start = range?.start ?? 0
  const first = resuming(opened, start, start + length)
  const all = Math.min(range?.end === undefined ? Infinity : range.end + 1, size) - start
  const body =
    all > length
      ? readAhead(first, {
          length: all,
          first: length,
          budget,
          async open(from, to, signal) {
            const piece = { start: start + from, end: start + to - 1 }
            const { body } = await open({ range: piece, ifMatch: etag, signal })
            return resuming(body, start + from, start + to)
          },
        })
      : first
  return { size, etag, modified, body: lent(destroyOnAbort(body, signal)) }
}

/** The chunks are a connection's, and of no use to it any more. */
function lent(body: Readable): Body {
  return {
    [Symbol.asyncIterator]: () => givingBack(body),
    destroy: (error) => void body.destroy(error),
  }
}

/** Of a large object only so much at once: the rest comes over other connections. */
function firstPiece({ start = 0, end = Infinity }: Partial<ByteRange> = {}): ByteRange {
  return { start, end: Math.min(end, start + PIECE - 1) }
}

/** There is no range in an empty object, not even from 0: then it is read without. */
async function openFirst(
  open: Open,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
): Promise<OpenedBody> {
  if (!range || (range.start === 0 && range.end === undefined)) return open({ signal })
  try {
    return await open({ range, signal })
  } catch (error) {
    if (range.start === 0 && isStorageError(error, "INVALID_RANGE")) return open({ signal })
    throw error
  }
}
