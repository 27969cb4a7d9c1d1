/**
 * Listing objects and unfinished uploads, page by page.
 * @module
 */
import {
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  type ListMultipartUploadsCommandInput,
  type ListObjectsV2Output,
} from "@aws-sdk/client-s3"
import type { ListEntry, ListOptions, StaleUpload } from "../driver.ts"
import type { S3Bucket } from "./bucket.ts"
import { abortUpload } from "./multipart.ts"
import { sizeOfParts } from "./parts.ts"

export async function* listObjects(
  bucket: S3Bucket,
  prefix: string,
  options: ListOptions,
): AsyncGenerator<ListEntry> {
  const { delimiter, startAfter, signal } = options
  for (let token: string | undefined, more = true; more;) {
    const page = await bucket.call({ key: prefix, signal }, (handling) =>
      bucket.client.send(
        new ListObjectsV2Command({
          Bucket: bucket.name,
          Prefix: bucket.nameOf(prefix),
          ...(delimiter && { Delimiter: delimiter }),
          ...(startAfter !== undefined && { StartAfter: bucket.nameOf(startAfter) }),
          ...(token !== undefined && { ContinuationToken: token }),
        }),
        handling,
      ),
    )
    more = bucket.expect(page.IsTruncated, "list of objects", undefined)
    token = page.NextContinuationToken
    if (more && token === undefined) throw bucket.error("NOT_A_STORE", "A list of objects has no next page.")
    for (const entry of entriesOf(bucket, page)) {
      // A folded entry may come again although it is not after this one: some of what it stands for is.
      if (startAfter === undefined || entry.key > startAfter) yield entry
    }
  }
}

/** Objects and folded entries of one page in one order. S3 lists them apart, but pages both together. */
function entriesOf(bucket: S3Bucket, page: ListObjectsV2Output): ListEntry[] {
  const objects = (page.Contents ?? []).flatMap(({ Key, Size, LastModified }): ListEntry[] => {
    // Consoles make empty objects that end with a slash for folders.
    if (Key === undefined || Key.endsWith("/")) return []
    return [{ key: bucket.keyOf(Key), size: Size ?? 0, ...(LastModified && { modified: LastModified }) }]
  })
  const folded = (page.CommonPrefixes ?? []).flatMap(({ Prefix }) =>
    Prefix === undefined ? [] : [{ key: bucket.keyOf(Prefix) }],
  )
  return [...objects, ...folded].toSorted((a, b) => (a.key < b.key ? -1 : 1))
}

/** Multipart uploads of keys that start with `prefix` and were started before `olderThan`. */
export async function* listStaleUploads(
  bucket: S3Bucket,
  prefix: string,
  olderThan: Date,
): AsyncGenerator<StaleUpload> {
  const input: ListMultipartUploadsCommandInput = { Bucket: bucket.name, Prefix: bucket.nameOf(prefix) }
  for (let more = true; more;) {
    const page = await bucket.call({ key: prefix }, () =>
      bucket.client.send(new ListMultipartUploadsCommand(input)),
    )
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Key === undefined || UploadId === undefined || !Initiated || Initiated >= olderThan) continue
      const key = bucket.keyOf(Key)
      yield {
        key,
        started: Initiated,
        bytes: (options) => sizeOfParts(bucket, key, UploadId, options),
        abort: () => abortUpload(bucket, key, UploadId),
      }
    }
    more = page.IsTruncated ?? false
    input.KeyMarker = page.NextKeyMarker
    input.UploadIdMarker = page.NextUploadIdMarker
  }
}
