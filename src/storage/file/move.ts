/**
 * Renaming an object; a copy where source and target lie on different disks.
 * @module
 */
import { open, rename, stat, unlink } from "node:fs/promises"
import { inDirectoryOf, pruneUpwards } from "./directories.ts"
import { CHUNK } from "./body.ts"
import type { FolderStore } from "./store.ts"
import { isSystemError } from "./system-error.ts"
import { TemporaryFile } from "./temporary.ts"

export async function moveObject(
  store: FolderStore,
  source: string,
  target: string,
  key: string,
): Promise<void> {
  await stat(source) // a missing source must not leave directories for the target
  await store.folding.assertDistinct(target)
  try {
    await inDirectoryOf(store, target, () => rename(source, target))
    await store.syncs.syncNameOf(target)
  } catch (error) {
    if (!isSystemError(error, "EXDEV")) throw error
    await copyObject(store, source, target, key)
    await unlink(source)
  }
  await pruneUpwards(store, source)
}

async function copyObject(store: FolderStore, source: string, target: string, key: string): Promise<void> {
  await using from = await open(source)
  await using to = await TemporaryFile.create(store, target)
  for await (const chunk of from.createReadStream({ highWaterMark: CHUNK, autoClose: false })) {
    await to.write(chunk as Buffer)
  }
  await to.publish({ key })
}
