/**
 * What an object is, as a store over a network answers it: that there is none is an answer too.
 * @module
 */
import { isStorageError, type ObjectStat } from "./driver.ts"

/** What SDKs tell of an object, each under names of its own. */
interface Described {
  readonly length: number | undefined
  readonly etag: string | undefined
  readonly modified: Date | undefined
}

/** Says of what a store should have sent that it has not. */
interface Store {
  expect<T>(value: T | undefined, name: string, key: string): T
}

export async function statRemote(
  store: Store,
  key: string,
  ask: () => Promise<Described>,
): Promise<ObjectStat | undefined> {
  const found = await unlessAbsent(ask)
  return (
    found && {
      size: store.expect(found.length, "length", key),
      etag: store.expect(found.etag, "ETag", key),
      modified: store.expect(found.modified, "Last-Modified", key),
    }
  )
}

/** Undefined where a request finds no object. */
export async function unlessAbsent<T>(find: () => Promise<T>): Promise<T | undefined> {
  try {
    return await find()
  } catch (error) {
    if (isStorageError(error, "NOT_FOUND")) return undefined
    throw error
  }
}
