/**
 * Replacing what is there, also where it is a blob of another type.
 *
 * Registry 3.0.0 to 3.1.1 write links as append blobs, and Azure replaces none by a block blob: 409 InvalidBlobType. Such a blob
 * is deleted first, so for a moment readers find nothing; there is no other way. Azurite does not mind types: what the real
 * service answers is known from its documentation and from others' reports, and tested by answers that are made up.
 * @module
 */
import type { WriteOptions } from "../driver.ts"
import type { AzureContainer } from "./container.ts"
import { isOfOtherType } from "./errors.ts"
import { statObject } from "./read.ts"

/** The headers of one conditional request. */
export interface Conditions {
  readonly ifNoneMatch?: string
  readonly ifMatch?: string
}

/** Runs a write under its conditions. */
export async function replaceObject<T>(
  container: AzureContainer,
  key: string,
  options: WriteOptions,
  write: (conditions: Conditions) => Promise<T>,
): Promise<T> {
  const { ifAbsent, ifMatch, signal } = options
  if (ifAbsent) return write({ ifNoneMatch: "*" })
  try {
    return await write(ifMatch === undefined ? {} : { ifMatch })
  } catch (error) {
    if (!isOfOtherType(error)) throw error
    const etag = ifMatch ?? (await statObject(container, key, { signal }))?.etag
    if (etag !== undefined) {
      await container.call({ key, signal }, (handling) =>
        container.blob(key).delete({ ...handling, conditions: { ifMatch: etag } }),
      )
    }
    return write({ ifNoneMatch: "*" })
  }
}
