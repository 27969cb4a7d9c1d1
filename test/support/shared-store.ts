/**
 * A store that our registry and a stock one work on in turn, and what is in it as seen by neither.
 * @module
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join, relative, sep } from "node:path"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { createFileDriver } from "../../src/storage/file.ts"
import type { StockStorage } from "./stock-registry.ts"

export interface SharedStore extends AsyncDisposable {
  /** For our registry. */
  readonly driver: StorageDriver
  /** For a stock registry. */
  readonly storage: StockStorage
  /** Every object's bytes, by key. Directories are none. */
  contents(): Promise<ReadonlyMap<string, Buffer>>
  /** Writes an object under any key, also one that no driver of ours would write. */
  put(key: string, bytes: Buffer): Promise<void>
  clear(): Promise<void>
  /** Keys of uploads that were begun and neither finished nor aborted, where a listing does not show them. */
  unfinishedUploads(): Promise<readonly string[]>
}

/** @param prefix root directory within the folder, in any form that users write */
export async function openSharedFolder(prefix = ""): Promise<SharedStore> {
  const folder = await mkdtemp(join(tmpdir(), "oci-store-shared-"))
  const root = join(folder, prefix)
  const driver = createFileDriver({ root, createRoot: true })
  return {
    driver,
    storage: { driver: { filesystem: { rootdirectory: `${folder}/${prefix}` } } },
    async contents() {
      const entries = await readdir(root, { recursive: true, withFileTypes: true })
      const files = entries
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name))
      const contents = files.map(async (file): Promise<[string, Buffer]> => {
        return [relative(root, file).split(sep).join("/"), await readFile(file)]
      })
      return new Map(await Promise.all(contents))
    },
    async put(key, bytes) {
      await mkdir(dirname(join(root, key)), { recursive: true })
      await writeFile(join(root, key), bytes)
    },
    async clear() {
      // Not the root itself: a store that loses it is lost.
      const entries = await readdir(root).catch(() => [])
      await Promise.all(entries.map((entry) => rm(join(root, entry), { recursive: true, force: true })))
    },
    // Files all of them: `contents` shows them.
    unfinishedUploads: async () => [],
    async [Symbol.asyncDispose]() {
      await driver[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
