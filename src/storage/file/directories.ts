/**
 * Directories come with the first object in them and go with the last, while other processes do the same.
 * @module
 */
import { mkdir, rmdir } from "node:fs/promises"
import path from "node:path"
import type { FolderStore } from "./store.ts"
import { isSystemError } from "./system-error.ts"

/** Distribution's garbage collector fails where these are missing. */
const KEPT_WHEN_EMPTY = /(?:^|\/)(?:_layers|_manifests(?:\/(?:revisions|tags))?)$/

/** How often a directory may be removed between being made and being used before that is an error. */
const RACES = 100

/** Runs what needs `file`'s directory, making it when missing: again each time another process has removed it meanwhile. */
export async function inDirectoryOf<T>(store: FolderStore, file: string, run: () => Promise<T>): Promise<T> {
  for (let races = 0; ; races += 1) {
    try {
      return await run()
    } catch (error) {
      if (races === RACES || !isSystemError(error, "ENOENT")) {
        if (races > 0) await pruneUpwards(store, file)
        throw error
      }
      await makeDirectory(store, path.dirname(file))
    }
  }
}

async function makeDirectory(store: FolderStore, directory: string): Promise<void> {
  if (directory === store.root) {
    const broken = await store.brokenRoot()
    if (broken) throw broken
    await makeRoot(store, directory)
    return store.noteRoot()
  }
  try {
    await mkdir(directory)
    store.syncs.made(directory)
  } catch (error) {
    if (isSystemError(error, "EEXIST")) return
    if (!isSystemError(error, "ENOENT")) throw error
    await makeDirectory(store, path.dirname(directory)) // the caller comes back for `directory` itself
  }
}

/** One by one: Node's recursive mkdir never returns where a file system refuses with ENOENT, as /proc does. */
async function makeRoot(store: FolderStore, directory: string): Promise<void> {
  const make = async () => {
    try {
      await mkdir(directory)
      store.syncs.made(directory)
    } catch (error) {
      if (!isSystemError(error, "EEXIST")) throw error
    }
  }
  try {
    await make()
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw store.cannotMakeRoot(error)
    await makeRoot(store, path.dirname(directory))
    await make().catch((error: unknown) => {
      throw store.cannotMakeRoot(error)
    })
  }
}

/**
 * Removes the directories above a removed file that are now empty, upwards to the root, which stays.
 * @returns the first directory that stays
 */
export async function pruneUpwards(store: FolderStore, file: string): Promise<string> {
  let directory = path.dirname(file)
  for (; directory !== store.root; directory = path.dirname(directory)) {
    const key = path.relative(store.root, directory).split(path.sep).join("/")
    if (KEPT_WHEN_EMPTY.test(key)) break
    try {
      await rmdir(directory)
    } catch (error) {
      // Not empty or not ours to remove: an empty directory harms nobody. One that is gone was removed by another process.
      if (!isSystemError(error, "ENOENT")) break
    }
  }
  return directory
}
