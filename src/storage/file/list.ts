/**
 * Listing a folder in the order of whole keys, one directory at a time.
 * @module
 */
import type { Dirent } from "node:fs"
import { readdir, stat } from "node:fs/promises"
import path from "node:path"
import type { ListEntry, ListOptions } from "../driver.ts"
import { isNotAnObject, type FolderStore } from "./store.ts"

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
  for (const name of await sortedNames(store, folder)) {
    options.signal?.throwIfAborted()
    const key = folder + name
    if (!key.startsWith(prefix)) continue
    if (!key.endsWith("/")) {
      if (isAfter(key, options)) yield* describeObject(store, key)
    } else if (options.delimiter) {
      if (isAfter(key, options) && (await holdsObject(store, key))) yield { key }
    } else if (isAfter(key, options) || options.startAfter?.startsWith(key)) {
      yield* walk(store, key, prefix, options)
    }
  }
}

function isAfter(key: string, { startAfter }: ListOptions): boolean {
  return startAfter === undefined || key > startAfter
}

/**
 * Names of a directory in the order of the keys below them: directories end with `/`, which sorts after `-` and `.`, so that
 * `a-b`, `a.b`, `a/b` come in this order. Nothing for a directory that is not there.
 */
async function sortedNames(store: FolderStore, folder: string): Promise<string[]> {
  const directory = path.join(store.root, folder)
  try {
    const entries = await readdir(directory, { withFileTypes: true })
    const names = await Promise.all(entries.map((entry) => nameOf(directory, entry)))
    return names.filter((name) => name !== undefined).toSorted((a, b) => (a < b ? -1 : Number(a > b)))
  } catch (error) {
    await store.absent(error)
    return []
  }
}

async function nameOf(directory: string, entry: Dirent): Promise<string | undefined> {
  const kind = entry.isSymbolicLink()
    ? await stat(path.join(directory, entry.name)).catch(() => undefined)
    : entry
  if (kind?.isDirectory()) return `${entry.name}/`
  return kind?.isFile() && !isNotAnObject(entry.name) ? entry.name : undefined
}

async function* describeObject(store: FolderStore, key: string): AsyncGenerator<ListEntry> {
  const found = await stat(path.join(store.root, key)).catch(() => undefined) // gone since: not listed
  if (found) yield { key, size: found.size, modified: found.mtime }
}

async function holdsObject(store: FolderStore, folder: string): Promise<boolean> {
  for (const name of await sortedNames(store, folder)) {
    if (!name.endsWith("/") || (await holdsObject(store, folder + name))) return true
  }
  return false
}
