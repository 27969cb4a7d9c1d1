/**
 * A lock beside an object, for what a file system cannot do in one step. It binds only those who take it. It is a symbolic link
 * whose target names the owner, made in one step, so that the lock of a killed process is known at once; where there are no
 * such links, or no way to tell who runs, it goes by its age.
 * @module
 */
import { lstat, open, readlink, rm, symlink } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"
import { abortable } from "../abort.ts"
import { inDirectoryOf } from "./directories.ts"
import { etagOf } from "./etag.ts"
import { lockName } from "./names.ts"
import { isRunning, thisProcess } from "./owner.ts"
import type { FolderStore } from "./store.ts"
import { isSystemError } from "./system-error.ts"

/** Milliseconds after which an unknown owner is taken for dead: a lock only ever spans a few calls on a small file. */
const STALE_AFTER = 10_000

/** Milliseconds between two looks at a lock that someone else holds. */
const POLL = 10

/** What symlink(2) answers where a file system has no symbolic links, and Windows without the right to make them. */
const NO_SYMLINKS = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL"]

/** Runs `critical` while no other process that takes the lock of this file does. */
export async function withLock<T>(
  store: FolderStore,
  file: string,
  signal: AbortSignal | undefined,
  critical: () => Promise<T>,
): Promise<T> {
  const lock = lockName(file)
  const owner = await thisProcess()
  while (!(await tryLock(store, lock, owner))) {
    signal?.throwIfAborted()
    const abandoned = await abandonedLock(lock)
    if (abandoned) await removeAbandoned(store, lock, abandoned, signal)
    else await abortable(sleep(POLL * (1 + Math.random())), signal)
  }
  try {
    return await critical()
  } finally {
    await rm(lock, { force: true })
  }
}

async function tryLock(store: FolderStore, lock: string, owner: string | undefined): Promise<boolean> {
  try {
    await inDirectoryOf(store, lock, () => makeLock(lock, owner))
    return true
  } catch (error) {
    if (isSystemError(error, "EEXIST")) return false
    throw error
  }
}

async function makeLock(lock: string, owner: string | undefined): Promise<void> {
  try {
    if (owner !== undefined) return await symlink(owner, lock)
  } catch (error) {
    if (!isSystemError(error, ...NO_SYMLINKS)) throw error
  }
  await (await open(lock, "wx", 0o666)).close()
}

/** What tells this lock from a later one, if its owner is dead. */
async function abandonedLock(lock: string): Promise<string | undefined> {
  const found = await lstat(lock, { bigint: true }).catch(() => undefined)
  if (!found) return undefined
  const running = await isRunning(await readlink(lock).catch(() => ""))
  const abandoned = running === undefined ? Date.now() - Number(found.mtimeMs) >= STALE_AFTER : !running
  return abandoned ? etagOf(found) : undefined
}

/** Under a lock of its own, so that of several who find it abandoned none removes the one that another has taken since. */
async function removeAbandoned(
  store: FolderStore,
  lock: string,
  abandoned: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await withLock(store, `${lock}.${abandoned}`, signal, async () => {
    if ((await abandonedLock(lock)) === abandoned) await rm(lock, { force: true })
  })
}
