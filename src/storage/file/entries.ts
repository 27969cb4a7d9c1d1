/**
 * What lies in one directory of the store.
 * @module
 */
import { readdir, realpath, stat } from "node:fs/promises"
import path from "node:path"
import { isNotAnObject } from "./names.ts"
import type { FolderStore } from "./store.ts"

/**
 * Names in no order, those of directories with a `/` at their end; none for a directory that is not there. Symbolic links are
 * followed, out of the root too: keys cannot make them, so it was the folder's owner, say to keep `blobs` on another disk.
 */
export async function namesIn(store: FolderStore, folder: string): Promise<string[]> {
  const directory = path.join(store.root, folder)
  try {
    const names: string[] = []
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) names.push(`${entry.name}/`)
      else if (entry.isFile() || isNotAnObject(entry.name)) names.push(entry.name)
      else if (entry.isSymbolicLink()) names.push(...(await followed(directory, entry.name)))
    }
    return names
  } catch (error) {
    await store.absent(error, folder)
    return []
  }
}

/** Nothing for a link to nowhere, and for one to a directory that it lies in, which would go on for ever. */
async function followed(directory: string, name: string): Promise<string[]> {
  const link = path.join(directory, name)
  const found = await stat(link).catch(() => undefined)
  if (found?.isFile()) return [name]
  if (!found?.isDirectory()) return []
  const [target, above] = await Promise.all([realpath(link), realpath(directory)])
  return isWithin(above, target) ? [] : [`${name}/`]
}

function isWithin(directory: string, ancestor: string): boolean {
  const [first] = path.relative(ancestor, directory).split(path.sep)
  return first !== ".."
}
