/**
 * What an object is, and its bytes: one request each.
 * @module
 */
import { GetObjectCommand, HeadObjectCommand } from "@aws-sdk/client-s3"
import { Readable } from "node:stream"
import type { MemoryBudget } from "../budget.ts"
import {
  isStorageError,
  type Cancellable,
  type ObjectRead,
  type ObjectStat,
  type ReadOptions,
} from "../driver.ts"
import { type OpenedBody, type OpenOptions, readRemote } from "../remote-read.ts"
import { statRemote } from "../remote-stat.ts"
import type { S3Bucket } from "./bucket.ts"
import type { CloudFront } from "./cloudfront.ts"
import { describeCloudFrontFailure } from "./cloudfront-errors.ts"
import { openThroughCloudFront } from "./cloudfront-read.ts"

export function statObject(
  bucket: S3Bucket,
  key: string,
  { signal }: Cancellable = {},
): Promise<ObjectStat | undefined> {
  return statRemote(bucket, key, async () => {
    const found = await bucket.call({ key, signal }, (handling) =>
      bucket.client.send(new HeadObjectCommand(bucket.locate(key)), handling),
    )
    return { length: found.ContentLength, etag: found.ETag, modified: found.LastModified }
  })
}

export function readObject(
  bucket: S3Bucket,
  key: string,
  options: ReadOptions,
  { cloudFront, budget }: { readonly cloudFront: CloudFront | undefined; readonly budget: MemoryBudget },
): Promise<ObjectRead> {
  return readRemote({
    ...options,
    budget,
    ...(cloudFront && options.immutable
      ? {
          open: (request: OpenOptions) => openAtEdge(bucket, cloudFront, key, request),
          describe: (error: unknown) => describeCloudFrontFailure(error, { ...cloudFront, key }),
        }
      : {
          open: (request: OpenOptions) => open(bucket, key, request),
          describe: (error: unknown) => bucket.describe(error, key),
        }),
  })
}

/** What an edge refuses may be absent, which it cannot always tell: that is asked of the bucket. */
async function openAtEdge(
  bucket: S3Bucket,
  cloudFront: CloudFront,
  key: string,
  request: OpenOptions,
): Promise<OpenedBody> {
  try {
    return await openThroughCloudFront(bucket, cloudFront, key, request)
  } catch (error) {
    const isRefused = isStorageError(error, "ACCESS_DENIED", "NOT_A_STORE")
    if (!isRefused || (await statObject(bucket, key, request))) throw error
    throw bucket.error("NOT_FOUND", `There is no object ${key} in the bucket ${bucket.name}.`, key)
  }
}

async function open(
  bucket: S3Bucket,
  key: string,
  { range, ifMatch, signal }: OpenOptions,
): Promise<OpenedBody> {
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
      length,
      size: total === undefined ? length : Number(total),
      etag: bucket.expect(answer.ETag, "ETag", key),
      modified: bucket.expect(answer.LastModified, "Last-Modified", key),
    }
  } catch (error) {
    body.destroy()
    throw error
  }
}
