/**
 * Objects as block blobs in a container of Azure Blob Storage, under the names that Distribution's driver gives them.
 *
 * Left out is `staleUploads`: uncommitted blocks are no upload that could be found, and vanish by themselves after a week.
 * @see https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api
 * @module
 */
import type { MemoryBudget } from "../budget.ts"
import type { ListOptions, StorageDriver } from "../driver.ts"
import { assertKey, assertPrefix } from "../keys.ts"
import { createMultipartUpload } from "../multipart.ts"
import { blockCalls } from "./blocks.ts"
import { AzureContainer } from "./container.ts"
import { deleteObjects } from "./delete.ts"
import { NAME } from "./errors.ts"
import { listObjects } from "./list.ts"
import { copyObject } from "./move.ts"
import type { AzureDriverOptions } from "./options.ts"
import { explainAbsence } from "./other-names.ts"
import { putObject } from "./put.ts"
import { readObject, statObject } from "./read.ts"
import { signIn } from "./sign-in.ts"

/** What a driver shares with the rest of the process. */
export interface AzureResources {
  readonly budget: MemoryBudget
  /** Requests at once, as long as the store copes. */
  readonly concurrency: number
  /** Told of every retry. */
  readonly log?: ((message: string) => void) | undefined
}

/**
 * Makes no request.
 * @throws MissingOptionError
 */
export async function createAzureDriver(
  options: AzureDriverOptions,
  shared: AzureResources,
): Promise<StorageDriver> {
  const account = await signIn(options)
  const container = new AzureContainer(options, account, shared.concurrency, shared.log)
  const { partSize } = options

  return {
    name: NAME,
    renames: false,

    async stat(key, options) {
      check(key, options?.signal)
      return statObject(container, key, options)
    },

    async read(key, options) {
      check(key, options?.signal)
      return readObject(container, key, options)
    },

    async write(key, body, options = {}) {
      check(key, options.signal)
      return { etag: await putObject(container, key, body, options) }
    },

    async *list(prefix: string, options: ListOptions = {}) {
      options.signal?.throwIfAborted()
      assertPrefix(NAME, prefix)
      yield* listObjects(container, prefix, options)
    },

    async delete(keys, options = {}) {
      const all = [keys].flat()
      for (const key of all) check(key, options.signal)
      await deleteObjects(container, all, options)
    },

    async createUpload(key, options = {}) {
      check(key, options.signal)
      const calls = blockCalls(container, key)
      return createMultipartUpload(calls, { ...options, driver: NAME, key, budget: shared.budget, partSize })
    },

    async move(from, to, options = {}) {
      check(from, options.signal)
      assertKey(NAME, to)
      await copyObject(container, from, to, options)
      await deleteObjects(container, [from], options)
    },

    async explainAbsence(prefix, { signal } = {}) {
      signal?.throwIfAborted()
      assertPrefix(NAME, prefix)
      return explainAbsence(container, options, prefix, { signal })
    },

    async [Symbol.asyncDispose]() {
      container.close()
    },
  }
}

function check(key: string, signal: AbortSignal | undefined): void {
  signal?.throwIfAborted()
  assertKey(NAME, key)
}
