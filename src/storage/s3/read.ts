/**
 * Reading objects: one request, and more only where the connection breaks.
 * @module
 */
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3"
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
import type { S3Bucket } from "./bucket.ts"

export async function statObject(
  bucket: S3Bucket,
  key: string,
  { signal }: Cancellable = {},
): Promise<ObjectStat | undefined> {
  try {
    const found = await bucket.call({ key, signal }, (handling) =>
      bucket.client.send(new HeadObjectCommand(bucket.locate(key)), handling),
    )
    return {
      size: bucket.expect(found.ContentLength, "length", key),
      etag: bucket.expect(found.ETag, "ETag", key),
      modified: bucket.expect(found.LastModified, "Last-Modified", key),
    }
  } catch (error) {
    if (isStorageError(error, "NOT_FOUND")) return undefined
    throw error
  }
}

export async function readObject(
  bucket: S3Bucket,
  key: string,
  options: Cancellable & { readonly range?: ByteRange } = {},
): Promise<ObjectRead> {
  const { range, signal } = options
  const first = await openFirst(bucket, key, range, signal)
  const { etag, size, modified, length } = first
  const start = range?.start ?? 0
  const body = resumingBody(first.body, {
    length,
    describe: (error) => bucket.describe(error, key),
    reopen: async (offset, signal) => {
      const rest = { start: start + offset, end: start + length - 1 }
      return (await open(bucket, key, { range: rest, ifMatch: etag, signal })).body
    },
  })
  return { size, etag, modified, body: destroyOnAbort(body, signal) }
}

/** S3 has no range in an empty object, not even from 0: then the object is read without. */
async function openFirst(
  bucket: S3Bucket,
  key: string,
  range: ByteRange | undefined,
  signal: AbortSignal | undefined,
) {
  if (!range || (range.start === 0 && range.end === undefined)) return open(bucket, key, { signal })
  try {
    return await open(bucket, key, { range, signal })
  } catch (error) {
    if (range.start === 0 && isStorageError(error, "INVALID_RANGE")) return open(bucket, key, { signal })
    throw error
  }
}

interface OpenOptions extends Cancellable {
  readonly range?: ByteRange
  readonly ifMatch?: string
}

async function open(bucket: S3Bucket, key: string, { range, ifMatch, signal }: OpenOptions) {
  const answer = await bucket.call({ key, signal }, (handling) =>
    bucket.client.send(
      new GetObjectCommand({
        ...bucket.locate(key),
        ...(range && { Range: `bytes=${range.start}-${range.end ?? ""}` }),
        ...(ifMatch && { IfMatch: ifMatch }),
      }),
      handling,
    ),
  )
  const body = answer.Body
  if (!(body instanceof Readable)) throw bucket.error("NOT_A_STORE", `There is no body for ${key}.`, key)
  try {
    const length = bucket.expect(answer.ContentLength, "length", key)
    const total = /\/(\d+)$/.exec(answer.ContentRange ?? "")?.[1]
    if (range && total === undefined) {
      throw bucket.error("UNSUPPORTED", `The store ignores byte ranges, for ${key}.`, key)
    }
    return {
      body,
      /** Bytes of this answer. */
      length,
      /** Bytes of the whole object. */
      size: total === undefined ? length : Number(total),
      etag: bucket.expect(answer.ETag, "ETag", key),
      modified: bucket.expect(answer.LastModified, "Last-Modified", key),
    }
  } catch (error) {
    body.destroy()
    throw error
  }
}
