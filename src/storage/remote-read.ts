/**
 * Reading an object over a network: one request, and more only where the connection breaks.
 * @module
 */
import type { Readable } from "node:stream"
import { destroyOnAbort } from "./abort.ts"
import { isStorageError, type ByteRange, type Cancellable, type ObjectRead } from "./driver.ts"
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

export interface RemoteReadOptions extends Cancellable {
  readonly range?: ByteRange | undefined
  /** One request to the store, retried where that helps. */
  readonly open: Open
  /** Makes an error that broke a body off, for good, the reader's. */
  readonly describe: (error: unknown) => Error
}

export async function readRemote({ range, open, describe, signal }: RemoteReadOptions): Promise<ObjectRead> {
  const { etag, size, modified, length, body: first } = await openFirst(open, range, signal)
  const start = range?.start ?? 0
  const body = resumingBody(first, {
    length,
    describe,
    reopen: async (offset, signal) => {
      const rest = { start: start + offset, end: start + length - 1 }
      return (await open({ range: rest, ifMatch: etag, signal })).body
    },
  })
  return { size, etag, modified, body: destroyOnAbort(body, signal) }
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
