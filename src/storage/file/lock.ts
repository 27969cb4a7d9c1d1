/**
 * A lock file beside an object, for what a file system cannot do in one step. It binds only those who take it.
 * @module
 */
import { open, rename, rm, stat } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"
import { abortable } from "../abort.ts"
import { inDirectoryOf } from "./directories.ts"
import { isSystemError, lockName, temporaryName, type FolderStore } from "./store.ts"

/** Milliseconds after which a lock's owner is taken for dead: it only ever spans a few calls on a small file. */
const STALE_AFTER = 10_000

/** Milliseconds between two looks at a lock that someone else holds. */
const POLL = 10

/** Runs `critical` while no other process that takes the lock of this file does. */
export async function withLock<T>(
  store: FolderStore,
  file: string,
  signal: AbortSignal | undefined,
  critical: () => Promise<T>,
): Promise<T> {
  const lock = lockName(file)
  while (!(await tryLock(store, lock))) {
    await removeStale(lock)
    await abortable(sleep(POLL * (1 + Math.random())), signal)
  }
  try {
    return await critical()
  } finally {
    await rm(lock, { force: true })
  }
}

async function tryLock(store: FolderStore, lock: string): Promise<boolean> {
  try {
    const handle = await inDirectoryOf(store, lock, () => open(lock, "wx", 0o666))
    await handle.close()
    return true
  } catch (error) {
    if (isSystemError(error, "EEXIST")) return false
    throw error
  }
}

async function removeStale(lock: string): Promise<void> {
  const seen = await stat(lock).catch(() => undefined)
  if (!seen || Date.now() - seen.mtimeMs < STALE_AFTER) return
  // Renamed first, and back if it is a lock that was taken since: of several who find it stale, one removes it.
  const removed = temporaryName(lock)
  const moved = await rename(lock, removed).then(
    () => stat(removed),
    () => undefined,
  )
  if (moved && moved.ino !== seen.ino) await rename(removed, lock)
  else await rm(removed, { force: true })
}
