/**
 * Listing objects, page by page.
 * @module
 */
import type { ListEntry, ListOptions } from "../driver.ts"
import { field, text } from "../failed-request.ts"
import { readJson } from "./answer.ts"
import type { GcsBucket } from "./bucket.ts"
import { isUnfinished } from "./resource.ts"

const FIELDS = "items(name,size,updated,contentType),prefixes,nextPageToken,kind"

export async function* listObjects(
  bucket: GcsBucket,
  prefix: string,
  { delimiter, startAfter, signal }: ListOptions,
): AsyncGenerator<ListEntry> {
  const query = {
    prefix: bucket.nameOf(prefix),
    delimiter,
    startOffset: startAfter === undefined ? undefined : bucket.nameOf(startAfter),
    fields: FIELDS,
  }
  for (let pageToken: string | undefined, more = true; more;) {
    const url = bucket.listUrl({ ...query, pageToken })
    const page = await bucket.call({ key: prefix, signal, inBucket: true }, async () =>
      readJson(await bucket.send({ method: "GET", url, signal })),
    )
    bucket.expect(text(page, "kind"), "list of objects", undefined)
    pageToken = text(page, "nextPageToken")
    more = pageToken !== undefined && pageToken !== ""
    for (const entry of entriesOf(bucket, page)) {
      // The store begins with the very name, and a folded entry comes again if some of what it stands for is after it.
      if (startAfter === undefined || entry.key > startAfter) yield entry
    }
  }
}

/** Objects and folded entries of one page in one order. The store lists them apart, but pages both together. */
function entriesOf(bucket: GcsBucket, page: object | undefined): ListEntry[] {
  const objects = arrayOf(page, "items").flatMap((item): ListEntry[] => {
    const name = text(item, "name")
    // Consoles make empty objects that end with a slash for folders.
    if (name === undefined || name.endsWith("/") || isUnfinished(text(item, "contentType"))) return []
    const updated = text(item, "updated")
    return [
      {
        key: bucket.keyOf(name),
        size: Number(text(item, "size") ?? 0),
        ...(updated !== undefined && { modified: new Date(updated) }),
      },
    ]
  })
  const folded = arrayOf(page, "prefixes").flatMap((prefix) =>
    typeof prefix === "string" ? [{ key: bucket.keyOf(prefix) }] : [],
  )
  return [...objects, ...folded].toSorted((a, b) => (a.key < b.key ? -1 : 1))
}

function arrayOf(of: unknown, name: string): readonly unknown[] {
  const value = field(of, name)
  return Array.isArray(value) ? value : []
}
