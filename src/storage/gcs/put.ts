/**
 * Writing an object in one request: its description, with the checksum that the store is to find, and its bytes. Bytes that do
 * not fit the checksum are refused, so whatever stood there before is still there.
 * @see https://cloud.google.com/storage/docs/uploading-objects#uploading-an-object
 * @module
 */
import { randomUUID } from "node:crypto"
import { isStorageError, type WriteOptions } from "../driver.ts"
import { readJson } from "./answer.ts"
import type { GcsBucket } from "./bucket.ts"
import { crc32c, encodeCrc32c } from "./crc32c.ts"
import { findObject } from "./read.ts"
import { type Resource, RESOURCE_FIELDS, resourceOf } from "./resource.ts"

/** What a stock registry stores everything as. */
export const CONTENT_TYPE = "application/octet-stream"

/** How often what has arrived wrong is written again. */
const REWRITES = 3

/** Returns the generation. */
export async function putObject(
  bucket: GcsBucket,
  key: string,
  body: Uint8Array,
  options: WriteOptions,
): Promise<string> {
  const { signal } = options
  const checksum = encodeCrc32c(crc32c(body))
  const boundary = randomUUID()
  const resource = JSON.stringify({ contentType: CONTENT_TYPE, crc32c: checksum })
  const parts = [
    Buffer.from(
      `--${boundary}\r\ncontent-type: application/json\r\n\r\n${resource}\r\n--${boundary}\r\ncontent-type: ${CONTENT_TYPE}\r\n\r\n`,
    ),
    body,
    Buffer.from(`\r\n--${boundary}--`),
  ]
  const headers = { "content-type": `multipart/related; boundary=${boundary}` }
  let attempts = 0
  let condition = options.ifAbsent ? "0" : options.ifMatch

  async function attempt(): Promise<Resource> {
    attempts += 1
    const url = bucket.uploadUrl({
      uploadType: "multipart",
      name: bucket.nameOf(key),
      ifGenerationMatch: condition,
      fields: RESOURCE_FIELDS,
    })
    const answer = await bucket.send({ method: "POST", url, headers, body: parts, signal })
    return resourceOf(bucket, await readJson(answer), key)
  }

  const isWhole = ({ crc32c, size }: Resource): boolean =>
    (crc32c === undefined || crc32c === checksum) && size === body.byteLength

  async function write(left = REWRITES): Promise<string> {
    const written = await bucket.call({ key, signal, inBucket: true }, attempt)
    if (isWhole(written)) return written.generation
    // What was changed on its way may be the description, checksum and all, or the answer: what is there now tells.
    const found = await findObject(bucket, key, { signal })
    if (!found || found.generation !== written.generation || isWhole(found)) return written.generation
    if (left === 0) {
      throw bucket.error("UPLOAD_INVALID", `${key} was changed on its way to the bucket ${bucket.name}.`, key)
    }
    condition = found.generation
    return write(left - 1)
  }

  try {
    return await write()
  } catch (error) {
    // An earlier attempt, whose answer was lost, may have been the one that wrote.
    if (attempts === 1 || !isStorageError(error, "PRECONDITION_FAILED")) throw error
    const found = await findObject(bucket, key, { signal })
    if (found?.crc32c !== checksum || found.size !== body.byteLength) throw error
    return found.generation
  }
}
