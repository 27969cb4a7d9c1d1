/**
 * Objects in a bucket of AWS S3 or a server that speaks its protocol, under the names that Distribution's driver gives them.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html
 * @module
 */
import type { MemoryBudget } from "../budget.ts"
import type { StorageDriver } from "../driver.ts"
import { createMultipartUpload } from "../multipart.ts"
import { withCheckedKeys } from "../with-checked-keys.ts"
import { S3Bucket } from "./bucket.ts"
import { readClock } from "./clock.ts"
import { Conditions } from "./conditions.ts"
import { Deleter } from "./delete.ts"
import { NAME } from "./errors.ts"
import { listObjects, listStaleUploads } from "./list.ts"
import { moveObject } from "./move.ts"
import { multipartCalls } from "./multipart.ts"
import type { S3DriverOptions } from "./options.ts"
import { createPresigner } from "./presign.ts"
import { putObject } from "./put.ts"
import { readObject, statObject } from "./read.ts"

/** What a driver shares with the rest of the process. */
export interface S3Resources {
  readonly budget: MemoryBudget
  /** Requests at once, as long as the store copes. */
  readonly concurrency: number
  /** Told of every retry. */
  readonly log?: ((message: string) => void) | undefined
}

/** Makes no request. */
export function createS3Driver(options: S3DriverOptions, shared: S3Resources): StorageDriver {
  const bucket = new S3Bucket(options, shared.concurrency, shared.log)
  const conditions = new Conditions(bucket)
  const deleter = new Deleter(bucket)
  const presign = createPresigner(bucket, options)
  const { partSize, cloudFront } = options
  const copyLimits = { whole: options.copyThreshold, part: options.copyPartSize }

  return withCheckedKeys({
    name: NAME,
    renames: false,
    get looksBeforeWriting() {
      return !conditions.supported
    },

    stat: (key, options) => statObject(bucket, key, options),

    read: (key, options = {}) => readObject(bucket, key, options, { cloudFront, budget: shared.budget }),

    async write(key, body, options = {}) {
      return putObject(bucket, conditions, key, body, options)
    },

    list: (prefix, options = {}) => listObjects(bucket, prefix, options),

    delete: (keys, options = {}) => deleter.delete([keys].flat(), options),

    async createUpload(key, options = {}) {
      const calls = multipartCalls(bucket, conditions, key)
      return createMultipartUpload(calls, { ...options, driver: NAME, key, budget: shared.budget, partSize })
    },

    async move(from, to, options = {}) {
      await moveObject(bucket, from, to, options, copyLimits)
      await deleter.delete([from], options)
    },

    presignRead: presign,

    staleUploads: (prefix, olderThan) => listStaleUploads(bucket, prefix, olderThan),

    clock: (options) => readClock(bucket, options),

    async [Symbol.asyncDispose]() {
      bucket.client.destroy()
    },
  })
}
