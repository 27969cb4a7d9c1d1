/**
 * What is left of uploads that nobody goes on with.
 * @module
 */
import type { RepositoryName } from "../oci/reference.ts"
import type { StorageDriver } from "../storage/driver.ts"
import { layoutRoot, uploadsRoot, uploadStarted } from "./layout.ts"
import { walkRepositories } from "./repositories.ts"

/** Removes uploads that nothing was added to since `olderThan`; returns how many. */
export async function purgeUploads(driver: StorageDriver, olderThan: Date): Promise<number> {
  let purged = 0
  for await (const { name, hasUploads } of walkRepositories(driver)) {
    if (hasUploads) purged += await purgeRepository(driver, name, olderThan)
  }
  for await (const stale of driver.staleUploads?.(layoutRoot, olderThan) ?? []) {
    await stale.abort()
    purged += 1
  }
  return purged
}

async function purgeRepository(
  driver: StorageDriver,
  name: RepositoryName,
  olderThan: Date,
): Promise<number> {
  const root = uploadsRoot(name)
  const uploads = new Map<string, { readonly keys: string[]; touched: number }>()
  for await (const { key, modified } of driver.list(root)) {
    const id = key.slice(root.length).split("/", 1)[0] ?? ""
    const upload = uploads.get(id) ?? { keys: [], touched: 0 }
    upload.keys.push(key)
    // A store that does not tell is taken to say: just now.
    upload.touched = Math.max(upload.touched, modified?.getTime() ?? Infinity)
    uploads.set(id, upload)
  }
  const stale = [...uploads].filter(([, { touched }]) => touched < olderThan.getTime())
  for (const [id, { keys }] of stale) {
    // The time last: what is left after a crash still expires, at a stock registry too.
    const started = uploadStarted(name, id)
    await driver.delete([...keys.filter((key) => key !== started), started])
  }
  return stale.length
}
