/**
 * Whether a store creates without overwriting, really tried: some servers take the condition and overwrite all the same.
 * @module
 */
import { isStorageError, type StorageDriver } from "../storage/driver.ts"
import { conditionsProbe } from "./layout.ts"

/** One object of a store, always the same and never deleted: whoever may only write can try as well, and nothing piles up. */
const CONTENT = Buffer.from(
  "oci-store creates this object to find out whether the store keeps writers from overwriting each other. It may be deleted.\n",
)

/** Why create-only writes cannot be relied on, as half a sentence; undefined if they can. */
export async function whyNotCreateOnly(driver: StorageDriver): Promise<string | undefined> {
  try {
    // Whichever of the two finds it there is refused, unless conditions are ignored.
    const honoured = (await isRefused(driver)) || (await isRefused(driver))
    if (driver.looksBeforeWriting) return "the store knows no conditional writes"
    return honoured ? undefined : "the store takes conditional writes, but overwrites all the same"
  } catch (error) {
    if (!isStorageError(error, "ACCESS_DENIED")) throw error
    return `whether the store has conditional writes cannot be tried, since writing ${conditionsProbe} is denied`
  }
}

async function isRefused(driver: StorageDriver): Promise<boolean> {
  try {
    await driver.write(conditionsProbe, CONTENT, { ifAbsent: true })
    return false
  } catch (error) {
    if (isStorageError(error, "PRECONDITION_FAILED")) return true
    throw error
  }
}
