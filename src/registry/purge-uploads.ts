/**
 * What is left of uploads that nobody goes on with.
 * @module
 */
import type { StorageDriver } from "../storage/driver.ts"
import { layoutRoot } from "./layout.ts"
import { staleSessions } from "./stale-sessions.ts"

/** Removes uploads that nothing was added to since `olderThan`; returns how many. */
export async function purgeUploads(driver: StorageDriver, olderThan: Date): Promise<number> {
  let purged = 0
  for await (const session of staleSessions(driver, olderThan)) {
    await session.remove()
    purged += 1
  }
  for await (const unfinished of driver.staleUploads?.(layoutRoot, olderThan) ?? []) {
    await unfinished.abort()
    purged += 1
  }
  return purged
}
