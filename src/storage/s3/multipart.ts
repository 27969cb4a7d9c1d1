/**
 * The requests of a multipart upload.
 * @module
 */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  type CompletedPart,
} from "@aws-sdk/client-s3"
import { setTimeout as sleep } from "node:timers/promises"
import { isStorageError } from "../driver.ts"
import type { MultipartCalls } from "../multipart.ts"
import { BRIEF_RETRIES, type S3Bucket } from "./bucket.ts"
import type { Conditions } from "./conditions.ts"
import { CONTENT_TYPE, putObject } from "./put.ts"
import { statObject } from "./read.ts"

/**
 * On AWS the SDK gives every part a checksum. Complete must then name them too, which is refused unless the algorithm was named
 * at the start. Compatible servers get neither.
 */
const PART_CHECKSUMS = { ChecksumAlgorithm: "CRC32" } as const

export function multipartCalls(
  bucket: S3Bucket,
  conditions: Conditions,
  key: string,
): MultipartCalls<CompletedPart> {
  const object = bucket.locate(key)
  const checksums = bucket.isAws ? PART_CHECKSUMS : {}
  let size = 0
  return {
    async put(body, options) {
      await putObject(bucket, conditions, key, body, options)
    },

    begin: () => beginUpload(bucket, key, checksums),

    async putPart(UploadId, PartNumber, Body, signal) {
      const input = { ...object, ...checksums, UploadId, PartNumber, Body }
      const command = new UploadPartCommand(input)
      const part = await bucket.call({ key, signal }, (handling) => bucket.client.send(command, handling))
      size += Body.byteLength
      const ETag = bucket.expect(part.ETag, "ETag", key)
      const checksum = bucket.isAws && part.ChecksumCRC32
      return { PartNumber, ETag, ...(checksum && { ChecksumCRC32: checksum }) }
    },

    complete: (UploadId, Parts, { ifAbsent, signal }) =>
      conditions.apply(key, { ifAbsent, signal }, async (headers) => {
        const input = { ...object, UploadId, MultipartUpload: { Parts: [...Parts] }, ...headers }
        await completeUpload(bucket, key, size, signal, new CompleteMultipartUploadCommand(input))
      }),

    abort: (UploadId) => abortUpload(bucket, key, UploadId),
  }
}

/** Returns the upload's id. */
export async function beginUpload(
  bucket: S3Bucket,
  key: string,
  checksums: Partial<typeof PART_CHECKSUMS> = {},
): Promise<string> {
  const input = { ...bucket.locate(key), ...bucket.settings, ...checksums, ContentType: CONTENT_TYPE }
  const command = new CreateMultipartUploadCommand(input)
  const { UploadId } = await bucket.call({ key }, () => bucket.client.send(command))
  return bucket.expect(UploadId, "UploadId", key)
}

/** Milliseconds before each further look whether an aborted upload is gone. */
const ABORT_AGAIN_AFTER = [50, 200, 500]

/**
 * Aborts until the store no longer knows the upload: a part that was on its way may be stored after the first abort, and then
 * stays, and is billed.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html
 */
export async function abortUpload(bucket: S3Bucket, key: string, UploadId: string): Promise<void> {
  const command = new AbortMultipartUploadCommand({ ...bucket.locate(key), UploadId })
  const abort = () => bucket.call({ key, policy: BRIEF_RETRIES }, () => bucket.client.send(command))
  await abort()
  for (const delay of ABORT_AGAIN_AFTER) {
    await sleep(delay)
    try {
      await abort()
    } catch (error) {
      if (isStorageError(error, "UPLOAD_INVALID")) return
      throw error
    }
  }
}

/**
 * Sends Complete until it is certain what became of it. S3 may answer 200 with an error in the body, which the SDK overlooks
 * when white space follows; and when an answer was lost, the next attempt hears that there is no such upload any more.
 * @param size bytes of the object to be
 */
export async function completeUpload(
  bucket: S3Bucket,
  key: string,
  size: number,
  signal: AbortSignal | undefined,
  command: CompleteMultipartUploadCommand,
): Promise<void> {
  let attempts = 0
  try {
    await bucket.call({ key, signal }, async (handling) => {
      attempts += 1
      const { ETag } = await bucket.client.send(command, handling)
      if (!ETag) throw resultMissing("CompleteMultipartUpload")
    })
  } catch (error) {
    if (attempts === 1 || !isStorageError(error, "UPLOAD_INVALID")) throw error
    const found = await statObject(bucket, key, { signal })
    if (found?.size !== size) throw error
  }
}

/** For an answer of status 200 that does not say what was done: S3 wants the request again. */
export function resultMissing(request: string): Error {
  const error = new Error(`${request} was answered without a result.`)
  error.name = "InternalError"
  return error
}
