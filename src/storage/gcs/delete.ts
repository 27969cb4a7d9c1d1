/**
 * Deleting objects, one after the other: the store's batches are as many requests to it, in no order.
 * @module
 */
import { isStorageError, type Cancellable } from "../driver.ts"
import { discard } from "./answer.ts"
import type { GcsBucket } from "./bucket.ts"

export async function deleteObjects(
  bucket: GcsBucket,
  keys: readonly string[],
  { signal }: Cancellable = {},
): Promise<void> {
  for (const key of keys) {
    try {
      const url = bucket.objectUrl(key)
      await bucket.call({ key, signal }, async () =>
        discard(await bucket.send({ method: "DELETE", url, signal })),
      )
    } catch (error) {
      if (!isStorageError(error, "NOT_FOUND")) throw error
    }
  }
}
