/**
 * Objects as block blobs in a container of Azure Blob Storage, under the names that Distribution's driver gives them.
 *
 * Left out is `staleUploads`: uncommitted blocks are no upload that could be found, and vanish by themselves after a week.
 * @see https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api
 * @module
 */
import type { MemoryBudget } from "../budget.ts"
import type { StorageDriver } from "../driver.ts"
import { createMultipartUpload } from "../multipart.ts"
import { createNetwork } from "../network.ts"
import { withCheckedKeys } from "../with-checked-keys.ts"
import { blockCalls } from "./blocks.ts"
import { readClock } from "./clock.ts"
import { AzureContainer } from "./container.ts"
import { deleteObjects } from "./delete.ts"
import { NAME } from "./errors.ts"
import { listObjects } from "./list.ts"
import { copyObject } from "./move.ts"
import type { AzureDriverOptions } from "./options.ts"
import { explainAbsence } from "./other-names.ts"
import { presignedUrl } from "./presign.ts"
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
  const network = createNetwork(options.network ?? {}, shared.concurrency)
  const account = await signIn(options, network)
  const container = new AzureContainer(options, account, network, shared.concurrency, shared.log)
  const { partSize } = options

  return withCheckedKeys({
    name: NAME,
    renames: false,

    stat: (key, options) => statObject(container, key, options),

    read: (key, options = {}) => readObject(container, key, options, shared.budget),

    async write(key, body, options = {}) {
      return putObject(container, key, body, options)
    },

    list: (prefix, options = {}) => listObjects(container, prefix, options),

    delete: (keys, options = {}) => deleteObjects(container, [keys].flat(), options),

    async createUpload(key, options = {}) {
      const calls = blockCalls(container, key)
      return createMultipartUpload(calls, { ...options, driver: NAME, key, budget: shared.budget, partSize })
    },

    async move(from, to, options = {}) {
      await copyObject(container, from, to, options)
      await deleteObjects(container, [from], options)
    },

    explainAbsence: (prefix, handling) => explainAbsence(container, options, prefix, handling),

    presignRead: async (key, wanted) => presignedUrl(container, account, key, wanted),

    clock: (options) => readClock(container, options),

    async [Symbol.asyncDispose]() {
      container.close()
    },
  })
}
