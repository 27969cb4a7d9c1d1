/**
 * Temporary files and locks that a killed process left behind.
 * @module
 */
import { lstat, rm } from "node:fs/promises"
import path from "node:path"
import type { StaleUpload } from "../driver.ts"
import { pruneUpwards } from "./directories.ts"
import { namesIn } from "./entries.ts"
import { isNotAnObject, objectKeyOf } from "./names.ts"
import type { FolderStore } from "./store.ts"

/**
 * Every temporary file whose key starts with `prefix` and that was last written to before `olderThan`, in no order.
 * @param directories at most so many are read, those of a larger store by chance, so that several calls get everywhere
 */
export async function* staleTemporaries(
  store: FolderStore,
  prefix: string,
  olderThan: Date,
  directories = Infinity,
): AsyncGenerator<StaleUpload> {
  const pending = [prefix.slice(0, prefix.lastIndexOf("/") + 1)]
  for (let read = 0; read < directories; read += 1) {
    const folder = takeAny(pending)
    if (folder === undefined) return
    for (const name of await namesIn(store, folder)) {
      const key = folder + name
      if (!key.startsWith(prefix)) continue
      if (name.endsWith("/")) pending.push(key)
      else if (isNotAnObject(name)) yield* staleFile(store, key, olderThan)
    }
  }
}

async function* staleFile(store: FolderStore, key: string, olderThan: Date): AsyncGenerator<StaleUpload> {
  const file = path.join(store.root, key)
  const found = await lstat(file).catch(() => undefined)
  if (!found || found.mtime >= olderThan) return
  const abort = async () => {
    await rm(file, { force: true })
    await pruneUpwards(store, file)
  }
  yield { key: objectKeyOf(key), started: found.birthtime, abort }
}

function takeAny<T>(items: T[]): T | undefined {
  const chosen = Math.floor(Math.random() * items.length)
  const last = items.pop()
  const item = items[chosen]
  if (item === undefined || last === undefined) return last
  items[chosen] = last
  return item
}
