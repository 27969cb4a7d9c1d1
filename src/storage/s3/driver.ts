/**
 * Objects in a bucket of AWS S3 or a server that speaks its protocol, under the names that Distribution's driver gives them.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html
 * @module
 */
import type { MemoryBudget } from "../budget.ts"
import type { ListOptions, StorageDriver } from "../driver.ts"
import { assertKey, assertPrefix } from "../keys.ts"
import { createMultipartUpload } from "../multipart.ts"
import { S3Bucket } from "./bucket.ts"
import { Conditions } from "./conditions.ts"
import { Deleter } from "./delete.ts"
import { NAME } from "./errors.ts"
import { listObjects, listStaleUploads } from "./list.ts"
import { moveObject } from "./move.ts"
import { multipartCalls } from "./multipart.ts"
import type { S3DriverOptions } from "./options.ts"
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
  const { partSize } = options

  return {
    name: NAME,
    renames: false,

    async stat(key, options) {
      check(key, options?.signal)
      return statObject(bucket, key, options)
    },

    async read(key, options) {
      check(key, options?.signal)
      return readObject(bucket, key, options)
    },

    async write(key, body, options = {}) {
      check(key, options.signal)
      return { etag: await putObject(bucket, conditions, key, body, options) }
    },

    async *list(prefix: string, options: ListOptions = {}) {
      options.signal?.throwIfAborted()
      assertPrefix(NAME, prefix)
      yield* listObjects(bucket, prefix, options)
    },

    async delete(keys, options = {}) {
      const all = [keys].flat()
      for (const key of all) check(key, options.signal)
      await deleter.delete(all, options)
    },

    async createUpload(key, options = {}) {
      check(key, options.signal)
      const calls = multipartCalls(bucket, conditions, key)
      return createMultipartUpload(calls, { ...options, driver: NAME, key, budget: shared.budget, partSize })
    },

    async move(from, to, options = {}) {
      check(from, options.signal)
      assertKey(NAME, to)
      await moveObject(bucket, from, to, options)
      await deleter.delete([from], options)
    },

    async *staleUploads(prefix: string, olderThan: Date) {
      assertPrefix(NAME, prefix)
      yield* listStaleUploads(bucket, prefix, olderThan)
    },

    async [Symbol.asyncDispose]() {
      bucket.client.destroy()
    },
  }
}

function check(key: string, signal: AbortSignal | undefined): void {
  signal?.throwIfAborted()
  assertKey(NAME, key)
}
