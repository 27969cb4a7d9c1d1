/**
 * Listing objects, page by page.
 * @module
 */
import type { ListEntry, ListOptions } from "../driver.ts"
import type { AzureContainer } from "./container.ts"

export async function* listObjects(
  container: AzureContainer,
  prefix: string,
  { delimiter, startAfter, signal }: ListOptions,
): AsyncGenerator<ListEntry> {
  const names = { prefix: container.nameOf(prefix) }
  for (let continuationToken: string | undefined, more = true; more;) {
    const settings = continuationToken ? { continuationToken } : {}
    const page = await container.call({ key: prefix, signal }, async (handling) => {
      const options = { ...names, ...handling }
      const pages = delimiter
        ? container.client.listBlobsByHierarchy(delimiter, options).byPage(settings)
        : container.client.listBlobsFlat(options).byPage(settings)
      return (await pages.next()).value
    })
    for (const entry of entriesOf(container, container.expect(page?.segment, "list of blobs", undefined))) {
      // There is no way to have Azure begin there.
      if (startAfter === undefined || entry.key > startAfter) yield entry
    }
    continuationToken = page?.continuationToken
    more = Boolean(continuationToken)
  }
}

interface Segment {
  readonly blobItems?: readonly {
    readonly name: string
    readonly properties: { readonly contentLength?: number; readonly lastModified: Date }
  }[]
  readonly blobPrefixes?: readonly { readonly name: string }[]
}

/** Objects and folded entries of one page in one order. Azure lists them apart, but pages both together. */
function entriesOf(container: AzureContainer, { blobItems = [], blobPrefixes = [] }: Segment): ListEntry[] {
  const objects = blobItems.flatMap(({ name, properties }): ListEntry[] => {
    // Tools make empty blobs that end with a slash for folders.
    if (name.endsWith("/")) return []
    const { contentLength = 0, lastModified } = properties
    return [{ key: container.keyOf(name), size: contentLength, modified: lastModified }]
  })
  const folded = blobPrefixes.map(({ name }) => ({ key: container.keyOf(name) }))
  return [...objects, ...folded].toSorted((a, b) => (a.key < b.key ? -1 : 1))
}
