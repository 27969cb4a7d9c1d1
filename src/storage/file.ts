/**
 * Objects as files below a folder, laid out by their keys, as Distribution's filesystem driver does it. Several processes may
 * use one folder; every write is atomic for readers and survives a power cut once it has returned.
 * @module
 */
import { stat, unlink } from "node:fs/promises"
import type { ListOptions, StorageDriver, WriteOptions } from "./driver.ts"
import { pruneUpwards } from "./file/directories.ts"
import { etagOf } from "./file/etag.ts"
import { listObjects } from "./file/list.ts"
import { moveObject } from "./file/move.ts"
import { readObject } from "./file/read.ts"
import { staleTemporaries } from "./file/stale.ts"
import { FolderStore, NAME, type FolderStoreOptions } from "./file/store.ts"
import { TemporaryFile } from "./file/temporary.ts"
import { createFileUpload } from "./file/upload.ts"
import { assertPrefix } from "./keys.ts"

export type FileDriverOptions = FolderStoreOptions

export function createFileDriver(options: FileDriverOptions): StorageDriver {
  const store = new FolderStore(options)
  return {
    name: NAME,
    renames: true,

    stat: (key, options) =>
      store.call(key, options?.signal, async (file) => {
        const found = await stat(file, { bigint: true }).catch((error: unknown) => store.absent(error, key))
        if (!found?.isFile()) return undefined
        return { size: Number(found.size), etag: etagOf(found), modified: found.mtime }
      }),

    read: (key, options) => store.call(key, options?.signal, (file) => readObject(store, file, key, options)),

    write: (key, body, options: WriteOptions = {}) =>
      store.call(key, options.signal, async (file) => {
        await using temporary = await TemporaryFile.create(store, file)
        await temporary.write(body)
        return { etag: await temporary.publish({ ...options, key }) }
      }),

    async *list(prefix: string, options: ListOptions = {}) {
      options.signal?.throwIfAborted()
      assertPrefix(NAME, prefix)
      yield* listObjects(store, prefix, options)
    },

    async delete(keys, options) {
      const changed = new Set<string>()
      for (const key of [keys].flat()) {
        const directory = await store.call(key, options?.signal, (file) => removeObject(store, file, key))
        if (directory !== undefined) changed.add(directory)
      }
      await Promise.all([...changed].map((directory) => store.syncs.sync(directory)))
    },

    async createUpload(key, options = {}) {
      options.signal?.throwIfAborted()
      return createFileUpload(store, key, options)
    },

    move: (from, to, options) =>
      store.call(from, options?.signal, (source) => moveObject(store, source, store.pathOf(to), to)),

    async *staleUploads(prefix: string, olderThan: Date) {
      assertPrefix(NAME, prefix)
      yield* staleTemporaries(store, prefix, olderThan)
    },

    async [Symbol.asyncDispose]() {
      await store.sweep[Symbol.asyncDispose]()
    },
  }
}

/** The directory that the removal changed, if there was anything to remove. */
async function removeObject(store: FolderStore, file: string, key: string): Promise<string | undefined> {
  try {
    await unlink(file)
  } catch (error) {
    return store.absent(error, key)
  }
  return pruneUpwards(store, file)
}
