/**
 * Directories come with the first object in them and go with the last, while other processes do the same.
 * @module
 */
import { mkdir, open, rmdir, type FileHandle } from "node:fs/promises"
import path from "node:path"
import { isSystemError, type FolderStore } from "./store.ts"

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
  } catch (error) {
    if (isSystemError(error, "EEXIST")) return
    if (!isSystemError(error, "ENOENT")) throw error
    await makeDirectory(store, path.dirname(directory)) // the caller comes back for `directory` itself
  }
}

/** One by one: Node's recursive mkdir never returns where a file system refuses with ENOENT, as /proc does. */
async function makeRoot(store: FolderStore, directory: string): Promise<void> {
  const make = () =>
    mkdir(directory).catch((error: unknown) => {
      if (!isSystemError(error, "EEXIST")) throw error
    })
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

/** Removes the directories above a removed file that are now empty, upwards to the root, which stays. */
export async function pruneUpwards(store: FolderStore, file: string): Promise<void> {
  for (let directory = path.dirname(file); directory !== store.root; directory = path.dirname(directory)) {
    const key = path.relative(store.root, directory).split(path.sep).join("/")
    if (KEPT_WHEN_EMPTY.test(key)) return
    try {
      await rmdir(directory)
    } catch {
      return // not empty, gone, or not ours to remove: an empty directory harms nobody
    }
  }
}

/** Makes a rename or link in the directory survive a power cut, where the file system can. */
export async function syncDirectoryOf(file: string): Promise<void> {
  let directory: FileHandle | undefined
  try {
    directory = await open(path.dirname(file), "r")
    await directory.sync()
  } catch (error) {
    // Windows opens no directories; some network file systems do not sync them.
    if (!isSystemError(error, "EISDIR", "EPERM", "EACCES", "EINVAL", "ENOTSUP", "ENOENT")) throw error
  } finally {
    await directory?.close()
  }
}
