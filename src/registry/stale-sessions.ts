/**
 * Upload directories of Distribution's layout, `_uploads/<uuid>/`, that are older than an age.
 * @module
 */
import type { RepositoryName } from "../oci/reference.ts"
import { uploadData, uploadsRoot, uploadStarted } from "./layout.ts"
import { readWhole } from "./objects.ts"
import { walkRepositories } from "./repositories.ts"
import { isStorageError, type ListEntry, type StorageDriver } from "../storage/driver.ts"

/** Whatever else lies there, nobody's upload is called so. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Bytes; far beyond any time. */
const TIME_LIMIT = 1024

export interface StaleSession {
  /** Of its directory: it ends with `/`. */
  readonly key: string
  readonly started: Date
  readonly bytes: number
  /** Idempotent. */
  remove(): Promise<void>
}

/** Uploads of all repositories of which nothing is younger than `olderThan`: neither their start nor any object. */
export async function* staleSessions(
  driver: StorageDriver,
  olderThan: Date,
  signal?: AbortSignal,
): AsyncGenerator<StaleSession> {
  for await (const { name, hasUploads } of walkRepositories(driver, { signal })) {
    if (hasUploads) yield* staleIn(driver, name, olderThan, signal)
  }
}

async function* staleIn(
  driver: StorageDriver,
  name: RepositoryName,
  olderThan: Date,
  signal?: AbortSignal,
): AsyncGenerator<StaleSession> {
  for (const [id, entries] of await uploadsOf(driver, name, signal)) {
    const touched = newest(entries)
    if (touched === undefined || touched >= olderThan) continue
    const started = (await startOf(driver, uploadStarted(name, id), signal)) ?? touched
    if (started >= olderThan) continue
    yield {
      key: `${uploadsRoot(name)}${id}/`,
      started,
      bytes: entries.reduce((sum, { size = 0 }) => sum + size, 0),
      remove: () => removeSession(driver, name, id, entries),
    }
  }
}

async function uploadsOf(
  driver: StorageDriver,
  name: RepositoryName,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, readonly ListEntry[]>> {
  const root = uploadsRoot(name)
  const uploads = new Map<string, ListEntry[]>()
  for await (const entry of driver.list(root, { signal })) {
    const [id = "", ...rest] = entry.key.slice(root.length).split("/")
    if (!UUID.test(id) || rest.length === 0) continue
    uploads.set(id, [...(uploads.get(id) ?? []), entry])
  }
  return uploads
}

/** Undefined if the store does not tell of one of them: it may have been written just now. */
function newest(entries: readonly ListEntry[]): Date | undefined {
  const times = entries.map(({ modified }) => modified?.getTime() ?? Infinity)
  const latest = Math.max(...times)
  return latest === Infinity ? undefined : new Date(latest)
}

/** Undefined where nobody wrote it, or what was written is no time. */
async function startOf(driver: StorageDriver, key: string, signal?: AbortSignal): Promise<Date | undefined> {
  try {
    const bytes = await readWhole(driver, key, TIME_LIMIT, signal)
    const started = new Date(bytes?.toString().trim() ?? Number.NaN)
    return Number.isNaN(started.getTime()) ? undefined : started
  } catch (error) {
    if (isStorageError(error, "UPLOAD_INVALID")) return undefined
    throw error
  }
}

async function removeSession(
  driver: StorageDriver,
  name: RepositoryName,
  id: string,
  entries: readonly ListEntry[],
): Promise<void> {
  const started = uploadStarted(name, id)
  // Google's driver of a stock registry marks the bytes as no object yet: they are there without being listed.
  const keys = new Set([...entries.map(({ key }) => key), uploadData(name, id)])
  keys.delete(started)
  // The time last: what is left after a crash still expires, at a stock registry too.
  await driver.delete([...keys, started])
}
