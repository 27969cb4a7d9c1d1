/**
 * Listing a folder in the order of whole keys, one directory at a time. A directory's names have to be read and sorted before
 * the first of them is known; what lies below them is looked at only as the consumer gets there.
 * @module
 */
import { stat } from "node:fs/promises"
import path from "node:path"
import type { ListEntry, ListOptions } from "../driver.ts"
import { namesIn } from "./entries.ts"
import { isNotAnObject } from "./names.ts"
import type { FolderStore } from "./store.ts"

/** Directory entries looked at ahead of the consumer: as many as keep Node's four threads for file calls busy. */
const AHEAD = 16

/** Objects, and with a delimiter the directories that hold some. An empty directory is nothing in a key/object store. */
export async function* listObjects(
  store: FolderStore,
  prefix: string,
  options: ListOptions,
): AsyncGenerator<ListEntry> {
  const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1)
  yield* walk(store, folder, prefix, options)
}

async function* walk(
  store: FolderStore,
  folder: string,
  prefix: string,
  options: ListOptions,
): AsyncGenerator<ListEntry> {
  const { delimiter, startAfter, signal } = options
  const mayHold = (key: string) =>
    startAfter === undefined ||
    key > startAfter ||
    (!delimiter && key.endsWith("/") && startAfter.startsWith(key))
  const keys = await sortedKeys(store, folder, (key) => key.startsWith(prefix) && mayHold(key))
  const describe = (key: string) => describeEntry(store, key, options)
  for await (const entry of inOrder(keys, describe)) {
    signal?.throwIfAborted()
    if (entry && !delimiter && entry.key.endsWith("/")) yield* walk(store, entry.key, prefix, options)
    else if (entry) yield entry
  }
}

/**
 * In the order of the keys below them: directories end with `/`, which sorts after `-` and `.`, so that `a-b`, `a.b`, `a/b` come
 * in this order.
 */
async function sortedKeys(
  store: FolderStore,
  folder: string,
  wanted: (key: string) => boolean,
): Promise<string[]> {
  const names = await namesIn(store, folder)
  const keys = names.filter((name) => !isNotAnObject(name)).map((name) => folder + name)
  return keys.filter(wanted).toSorted((a, b) => (a < b ? -1 : Number(a > b)))
}

/** Undefined for what is no entry: an empty directory where those are folded, and a file that is gone since. */
async function describeEntry(
  store: FolderStore,
  key: string,
  { delimiter }: ListOptions,
): Promise<ListEntry | undefined> {
  if (key.endsWith("/")) return !delimiter || (await holdsObject(store, key)) ? { key } : undefined
  const found = await stat(path.join(store.root, key)).catch(() => undefined)
  return found && { key, size: found.size, modified: found.mtime }
}

async function holdsObject(store: FolderStore, folder: string): Promise<boolean> {
  for (const key of await sortedKeys(store, folder, () => true)) {
    if (!key.endsWith("/") || (await holdsObject(store, key))) return true
  }
  return false
}

/** What `run` makes of each item, in their order, begun a little ahead of the consumer. */
async function* inOrder<T, R>(items: readonly T[], run: (item: T) => Promise<R>): AsyncGenerator<R> {
  const begun: Promise<R>[] = []
  try {
    for (const item of items) {
      const running = run(item)
      void running.catch(() => undefined) // thrown where it is awaited, if the consumer gets there
      begun.push(running)
      const first = begun.length > AHEAD && begun.shift()
      if (first) yield await first
    }
    for (let first = begun.shift(); first; first = begun.shift()) yield await first
  } finally {
    await Promise.allSettled(begun)
  }
}
