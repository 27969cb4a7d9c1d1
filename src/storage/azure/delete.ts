/**
 * Deleting objects, one by one: a batch is one request, but keeps no order.
 * @module
 */
import { type Cancellable, isStorageError } from "../driver.ts"
import type { AzureContainer } from "./container.ts"

export async function deleteObjects(
  container: AzureContainer,
  keys: readonly string[],
  { signal }: Cancellable,
): Promise<void> {
  for (const key of keys) {
    try {
      await container.call({ key, signal }, (handling) => container.blob(key).delete(handling))
    } catch (error) {
      if (!isStorageError(error, "NOT_FOUND")) throw error
    }
  }
}
