/**
 * Moving an object within the bucket. S3 cannot rename: it is a copy, in parts beyond a size, and a delete.
 * @module
 */
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  UploadPartCopyCommand,
  type CompletedPart,
} from "@aws-sdk/client-s3"
import type { Cancellable, ObjectStat } from "../driver.ts"
import type { S3Bucket } from "./bucket.ts"
import { abortUpload, beginUpload, completeUpload, resultMissing } from "./multipart.ts"
import { statObject } from "./read.ts"

const MiB = 1024 * 1024

/** Bytes. */
interface CopyLimits {
  /** Larger objects are copied in parts. */
  readonly whole?: number | undefined
  /** Of a part, unless that makes too many. */
  readonly part?: number | undefined
}

/** S3's limit for one copy request, and parts that take a few seconds each. */
const LIMITS = { whole: 5 * 1024 * MiB, part: 512 * MiB }

export async function moveObject(
  bucket: S3Bucket,
  from: string,
  to: string,
  options: Cancellable = {},
  { whole = LIMITS.whole, part = LIMITS.part }: CopyLimits = {},
): Promise<void> {
  const source = await statObject(bucket, from, options)
  if (!source) {
    throw bucket.error("NOT_FOUND", `There is no object ${from} in the bucket ${bucket.name}.`, from)
  }
  if (source.size <= whole) await copyWhole(bucket, from, to, options)
  else await copyInParts(bucket, from, to, source, options, part)
}

async function copyWhole(bucket: S3Bucket, from: string, to: string, options: Cancellable): Promise<void> {
  const input = { ...bucket.locate(to), ...bucket.settings, CopySource: copySource(bucket, from) }
  const command = new CopyObjectCommand(input)
  await bucket.call({ key: from, signal: options.signal }, async (handling) => {
    const { CopyObjectResult } = await bucket.client.send(command, handling)
    if (!CopyObjectResult?.ETag) throw resultMissing("CopyObject")
  })
}

async function copyInParts(
  bucket: S3Bucket,
  from: string,
  to: string,
  source: ObjectStat,
  options: Cancellable,
  preferredPart: number,
): Promise<void> {
  const failed = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, failed.signal]) : failed.signal
  const partSize = Math.max(preferredPart, Math.ceil(source.size / 9000))
  const UploadId = await beginUpload(bucket, to)

  const copyPart = async (start: number, PartNumber: number): Promise<CompletedPart> => {
    const end = Math.min(start + partSize, source.size) - 1
    const command = new UploadPartCopyCommand({
      ...bucket.locate(to),
      UploadId,
      PartNumber,
      CopySource: copySource(bucket, from),
      CopySourceRange: `bytes=${start}-${end}`,
      CopySourceIfMatch: source.etag,
    })
    return bucket.call({ key: from, signal }, async (handling) => {
      const { CopyPartResult: part } = await bucket.client.send(command, handling)
      if (!part?.ETag) throw resultMissing("UploadPartCopy")
      return { PartNumber, ETag: part.ETag }
    })
  }

  const starts = Array.from({ length: Math.ceil(source.size / partSize) }, (_, part) => part * partSize)
  const copies = starts.map((start, index) => copyPart(start, index + 1))
  try {
    const Parts = await Promise.all(copies)
    const input = { ...bucket.locate(to), UploadId, MultipartUpload: { Parts } }
    await completeUpload(bucket, to, source.size, signal, new CompleteMultipartUploadCommand(input))
  } catch (error) {
    failed.abort(error)
    await Promise.allSettled(copies)
    await abortUpload(bucket, to, UploadId).catch(() => undefined)
    options.signal?.throwIfAborted()
    throw error
  }
}

function copySource(bucket: S3Bucket, key: string): string {
  return `${bucket.name}/${bucket.nameOf(key).split("/").map(encodeURIComponent).join("/")}`
}
