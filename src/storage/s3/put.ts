/**
 * Writing an object in one request.
 * @module
 */
import { PutObjectCommand } from "@aws-sdk/client-s3"
import type { WriteOptions, Written } from "../driver.ts"
import type { S3Bucket } from "./bucket.ts"
import type { Conditions } from "./conditions.ts"

/** What a stock registry stores everything as. */
export const CONTENT_TYPE = "application/octet-stream"

export function putObject(
  bucket: S3Bucket,
  conditions: Conditions,
  key: string,
  body: Uint8Array,
  options: WriteOptions,
): Promise<Written> {
  return conditions.apply(key, options, async (headers) => {
    const input = {
      ...bucket.locate(key),
      ...bucket.settings,
      ContentType: CONTENT_TYPE,
      Body: body,
      ...headers,
    }
    const { ETag, VersionId } = await bucket.call({ key, signal: options.signal }, (handling) =>
      bucket.client.send(new PutObjectCommand(input), handling),
    )
    // "null" where the bucket has stopped to keep versions.
    const version = VersionId === "null" ? undefined : VersionId
    return { etag: bucket.expect(ETag, "ETag", key), version }
  })
}
