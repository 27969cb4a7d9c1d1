/**
 * Temporary files that a killed process left behind.
 * @module
 */
import { readdir, rm, stat } from "node:fs/promises"
import path from "node:path"
import type { StaleUpload } from "../driver.ts"
import { pruneUpwards } from "./directories.ts"
import { isNotAnObject, type FolderStore } from "./store.ts"

/** Every temporary file whose key starts with `prefix` and that was last written to before `olderThan`. */
export async function* staleTemporaries(
  store: FolderStore,
  prefix: string,
  olderThan: Date,
): AsyncGenerator<StaleUpload> {
  yield* walk(store, prefix.slice(0, prefix.lastIndexOf("/") + 1), prefix, olderThan)
}

async function* walk(
  store: FolderStore,
  folder: string,
  prefix: string,
  olderThan: Date,
): AsyncGenerator<StaleUpload> {
  for (const entry of await entriesOf(store, folder)) {
    const key = folder + entry.name
    if (entry.isDirectory()) {
      if (`${key}/`.startsWith(prefix)) yield* walk(store, `${key}/`, prefix, olderThan)
    } else if (key.startsWith(prefix) && isNotAnObject(entry.name)) {
      const file = path.join(store.root, key)
      const found = await stat(file).catch(() => undefined)
      if (!found || found.mtime >= olderThan) continue
      const abort = async () => {
        await rm(file, { force: true })
        await pruneUpwards(store, file)
      }
      yield { key: key.replace(/\.[^.]+\.tmp$/, ""), started: found.birthtime, abort }
    }
  }
}

async function entriesOf(store: FolderStore, folder: string) {
  try {
    return await readdir(path.join(store.root, folder), { withFileTypes: true })
  } catch (error) {
    await store.absent(error)
    return []
  }
}
