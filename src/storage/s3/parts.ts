/**
 * What an unfinished multipart upload takes up.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html
 * @module
 */
import { ListPartsCommand } from "@aws-sdk/client-s3"
import { type Cancellable, isStorageError } from "../driver.ts"
import type { S3Bucket } from "./bucket.ts"

/** Bytes; undefined where the parts may not be listed or the upload is gone. */
export async function sizeOfParts(
  bucket: S3Bucket,
  key: string,
  UploadId: string,
  { signal }: Cancellable = {},
): Promise<number | undefined> {
  let bytes = 0
  try {
    for (let PartNumberMarker: string | undefined, more = true; more;) {
      const input = { ...bucket.locate(key), UploadId, ...(PartNumberMarker && { PartNumberMarker }) }
      const page = await bucket.call({ key, signal }, (handling) =>
        bucket.client.send(new ListPartsCommand(input), handling),
      )
      for (const { Size = 0 } of page.Parts ?? []) bytes += Size
      PartNumberMarker = page.NextPartNumberMarker
      more = (page.IsTruncated ?? false) && PartNumberMarker !== undefined
    }
    return bytes
  } catch (error) {
    if (isStorageError(error, "ACCESS_DENIED", "UNSUPPORTED", "UPLOAD_INVALID")) return undefined
    throw error
  }
}
