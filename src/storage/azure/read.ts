/**
 * Reading objects: one request, and more only where the connection breaks.
 * @module
 */
import { Readable } from "node:stream"
import { destroyOnAbort } from "../abort.ts"
import {
  isStorageError,
  type ByteRange,
  type Cancellable,
  type ObjectRead,
  type ObjectStat,
} from "../driver.ts"
import { resumingBody } from "../resume.ts"
import type { AzureContainer } from "./container.ts"

export async function statObject(
  container: AzureContainer,
  key: string,
  { signal }: Cancellable = {},
): Promise<ObjectStat | undefined> {
  try {
    const found = await container.call({ key, signal }, (handling) =>
      container.blob(key).getProperties(handling),
    )
    return {
      size: container.expect(found.contentLength, "length", key),
      etag: container.expect(found.etag, "ETag", key),
      modified: container.expect(found.lastModified, "Last-Modified", key),
    }
  } catch (error) {
    if (isStorageError(error, "NOT_FOUND")) return undefined
    throw error
  }
}

export async function readObject(
  container: AzureContainer,
  key: string,
  options: Cancellable & { readonly range?: ByteRange } = {},
): Promise<ObjectRead> {
  const { range, signal } = options
  const first = await openFirst(container, key, range, signal)
  const { etag, size, modified, length } = first
  const start = range?.start ?? 0
  const body = resumingBody(first.body, {
    length,
    describe: (error) => container.describe(error, key),
    reopen: async (offset, signal) => {
      const rest = { start: start + offset, end: start + length - 1 }
      return (await open(container, key, { range: rest, ifMatch: etag, signal })).body
    },
  })
  return { size, etag, modified, body: destroyOnAbort(body, signal) }
}

/** There is no range in an empty object, not even from 0: then the object is read without. */
async function openFirst(
  container: AzureContainer,
  key: string,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
) {
  if (!range || (range.start === 0 && range.end === undefined)) return open(container, key, { signal })
  try {
    return await open(container, key, { range, signal })
  } catch (error) {
    if (range.start === 0 && isStorageError(error, "INVALID_RANGE")) return open(container, key, { signal })
    throw error
  }
}

interface OpenOptions extends Cancellable {
  readonly range?: ByteRange
  readonly ifMatch?: string
}

async function open(container: AzureContainer, key: string, { range, ifMatch, signal }: OpenOptions) {
  const count = range?.end === undefined ? undefined : range.end - range.start + 1
  const answer = await container.call({ key, signal }, (handling) =>
    container.blob(key).download(range?.start ?? 0, count, {
      ...handling,
      maxRetryRequests: 0, // resumed by us
      ...(ifMatch && { conditions: { ifMatch } }),
    }),
  )
  const body = answer.readableStreamBody
  if (!(body instanceof Readable)) throw container.error("NOT_A_STORE", `There is no body for ${key}.`, key)
  try {
    const length = container.expect(answer.contentLength, "length", key)
    const total = /\/(\d+)$/.exec(answer.contentRange ?? "")?.[1]
    if (range && total === undefined) {
      throw container.error("UNSUPPORTED", `The store ignores byte ranges, for ${key}.`, key)
    }
    const size = total === undefined ? length : Number(total)
    // Azure refuses; Azurite gives nothing.
    if (range && range.start >= size) {
      throw container.error("INVALID_RANGE", `${key} has no bytes in the range asked for.`, key)
    }
    return {
      body,
      /** Bytes of this answer. */
      length,
      /** Bytes of the whole object. */
      size,
      etag: container.expect(answer.etag, "ETag", key),
      modified: container.expect(answer.lastModified, "Last-Modified", key),
    }
  } catch (error) {
    body.destroy()
    throw error
  }
}
