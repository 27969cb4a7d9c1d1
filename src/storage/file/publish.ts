/**
 * The step that makes a finished temporary file an object.
 * @module
 */
import { link, rename, rm, stat } from "node:fs/promises"
import type { WriteOptions } from "../driver.ts"
import { syncDirectoryOf } from "./directories.ts"
import { etagOf } from "./etag.ts"
import { withLock } from "./lock.ts"
import { isSystemError, type FolderStore } from "./store.ts"

export interface PublishOptions extends WriteOptions {
  readonly key: string
}

/** What link(2) answers where a file system has no hard links. */
const NO_HARD_LINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]

/** Moves `temporary` to `file`; the caller removes it on failure. */
export async function publish(
  store: FolderStore,
  temporary: string,
  file: string,
  options: PublishOptions,
): Promise<void> {
  const { key, ifAbsent, ifMatch, signal } = options
  const current = () => stat(file, { bigint: true }).catch(() => undefined)
  if (ifMatch !== undefined) {
    await withLock(store, file, signal, async () => {
      const found = await current()
      if (!found) throw store.error("PRECONDITION_FAILED", `${key} is gone.`, key)
      if (etagOf(found) !== ifMatch) throw store.error("PRECONDITION_FAILED", `${key} has changed.`, key)
      await rename(temporary, file)
    })
  } else if (ifAbsent) {
    const exists = () => store.error("PRECONDITION_FAILED", `${key} exists already.`, key)
    try {
      await link(temporary, file)
      await rm(temporary)
    } catch (error) {
      if (isSystemError(error, "EEXIST")) throw exists()
      if (!isSystemError(error, ...NO_HARD_LINKS)) throw error
      await withLock(store, file, signal, async () => {
        if (await current()) throw exists()
        await rename(temporary, file)
      })
    }
  } else {
    await rename(temporary, file)
  }
  await syncDirectoryOf(file)
}
