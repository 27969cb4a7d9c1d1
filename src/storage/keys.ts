/**
 * The one check of object keys, made by every driver before a key becomes a path or a URL.
 * @module
 */
import { StorageError } from "./driver.ts"

const KEY = /^(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._-]+)*$/

/** @throws StorageError UNSUPPORTED for a key outside the driver contract, such as one that would leave the root */
export function assertKey(driver: string, key: string): void {
  if (KEY.test(key)) return
  throw new StorageError("UNSUPPORTED", `"${key}" cannot be the key of an object.`, { driver, key })
}

/** As {@link assertKey}, for the start of keys: it may be empty and end anywhere, also in the middle of a component. */
export function assertPrefix(driver: string, prefix: string): void {
  const folders = prefix.slice(0, prefix.lastIndexOf("/") + 1)
  const rest = prefix.slice(folders.length)
  if ((folders === "" || KEY.test(folders.slice(0, -1))) && /^[A-Za-z0-9._-]*$/.test(rest)) return
  throw new StorageError("UNSUPPORTED", `"${prefix}" cannot be the start of an object's key.`, {
    driver,
    key: prefix,
  })
}
