/**
 * The step that makes a finished temporary file an object.
 * @module
 */
import { link, rename, rm, stat } from "node:fs/promises"
import type { StorageError, WriteOptions } from "../driver.ts"
import { etagOf } from "./etag.ts"
import { withLock } from "./lock.ts"
import type { FolderStore } from "./store.ts"
import { isSystemError } from "./system-error.ts"

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
  try {
    if (options.ifMatch !== undefined) await replace(store, temporary, file, options)
    else if (options.ifAbsent) await create(store, temporary, file, options)
    else await rename(temporary, file)
  } catch (error) {
    if (!isSystemError(error, "ENOENT")) throw error
    throw (await store.brokenRoot()) ?? lost(store, options.key, error)
  }
  await store.syncs.syncNameOf(file)
}

/** Somebody removes what we write, and has not come to the root yet. */
function lost(store: FolderStore, key: string, cause: unknown): StorageError {
  const sentence = `What was written of ${key} was removed from the folder ${store.root} before it was complete.`
  return store.error("UPLOAD_INVALID", sentence, key, cause)
}

async function replace(
  store: FolderStore,
  temporary: string,
  file: string,
  { key, ifMatch, signal }: PublishOptions,
): Promise<void> {
  await withLock(store, file, signal, async () => {
    const found = await statOf(file)
    if (!found) throw store.error("PRECONDITION_FAILED", `${key} is gone.`, key)
    if (etagOf(found) !== ifMatch) throw store.error("PRECONDITION_FAILED", `${key} has changed.`, key)
    await rename(temporary, file)
  })
}

async function create(
  store: FolderStore,
  temporary: string,
  file: string,
  { key, signal }: PublishOptions,
): Promise<void> {
  const exists = () => store.error("PRECONDITION_FAILED", `${key} exists already.`, key)
  try {
    await link(temporary, file)
  } catch (error) {
    if (isSystemError(error, "EEXIST")) {
      if (!(await areOne(temporary, file))) throw exists()
    } else if (isSystemError(error, ...NO_HARD_LINKS)) {
      return withLock(store, file, signal, async () => {
        if (await statOf(file)) throw exists()
        await rename(temporary, file)
      })
    } else {
      throw error
    }
  }
  await rm(temporary, { force: true })
}

/** An NFS client that asks again because the answer was lost is told that its own link exists: link(2), "BUGS". */
async function areOne(temporary: string, file: string): Promise<boolean> {
  const [ours, found] = await Promise.all([statOf(temporary), statOf(file)])
  return ours !== undefined && ours.ino === found?.ino && ours.dev === found.dev
}

function statOf(file: string) {
  return stat(file, { bigint: true }).catch(() => undefined)
}
