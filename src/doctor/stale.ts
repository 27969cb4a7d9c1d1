/**
 * Uploads that a killed process left behind: nobody sees them, and they take up space.
 * @module
 */
import type { Finding } from "../storage/diagnosis.ts"
import { isStorageError } from "../storage/driver.ts"
import { type Check, skipped } from "./check.ts"
import type { ExaminedStore } from "./store.ts"

/** Milliseconds: no upload that goes on takes that long. */
const DAY = 24 * 60 * 60_000

/** Enough to see that there is something to do. */
const MANY = 1000

export const STALE_CHECK: Check<ExaminedStore> = {
  title: "Stale uploads",
  needs: ["Settings", "Store"],
  optional: true,
  run: countStale,
}

async function countStale(store: ExaminedStore, signal: AbortSignal): Promise<readonly Finding[]> {
  const title = "Stale uploads"
  const driver = await store.driver()
  if (!driver.staleUploads) return []
  let count = 0
  try {
    for await (const upload of driver.staleUploads("", new Date(Date.now() - DAY))) {
      void upload
      count += 1
      if (count === MANY || signal.aborted) break
    }
  } catch (error) {
    if (isStorageError(error, "ACCESS_DENIED")) {
      return [skipped(title, "cannot be told, since listing them is denied; pushes and pulls do not need it")]
    }
    if (!isStorageError(error, "UNSUPPORTED")) throw error
    return [skipped(title, "the server cannot list them")]
  }
  if (count === 0) return [{ title, level: "ok", text: "none older than a day", facts: { count } }]
  const remedy = store.question.backend.diagnosis?.staleUploads ?? "they can be deleted"
  const text = `${count}${count === MANY ? " or more" : ""} older than a day: ${remedy}`
  return [{ title, level: "warning", text, facts: { count } }]
}
