/**
 * Objects in a bucket of Google Cloud Storage, over its JSON API, under the names that Distribution's driver gives them.
 *
 * What the emulator of the tests, fake-gcs-server, cannot show: signing in, who may do what, a missing bucket when an object is
 * read, moves, conditions of copies and deletes, and how far an upload session got.
 * @see https://cloud.google.com/storage/docs/json_api
 * @module
 */
import type { MemoryBudget } from "../budget.ts"
import type { StorageDriver } from "../driver.ts"
import { createUpload } from "../upload.ts"
import { withCheckedKeys } from "../with-checked-keys.ts"
import { GcsBucket } from "./bucket.ts"
import { readClock } from "./clock.ts"
import { deleteObjects } from "./delete.ts"
import { NAME } from "./errors.ts"
import { listObjects } from "./list.ts"
import { Mover } from "./move.ts"
import type { GcsDriverOptions } from "./options.ts"
import { presignedUrl } from "./presign.ts"
import { putObject } from "./put.ts"
import { readObject, statObject } from "./read.ts"
import { ChunkedSink } from "./upload.ts"

/** What a driver shares with the rest of the process. */
export interface GcsResources {
  readonly budget: MemoryBudget
  /** Requests at once, as long as the store copes. */
  readonly concurrency: number
  /** Told of every retry. */
  readonly log?: ((message: string) => void) | undefined
}

/** Makes no request. Has no `staleUploads`: the store cannot list its sessions, and forgets them after a week. */
export function createGcsDriver(options: GcsDriverOptions, shared: GcsResources): StorageDriver {
  const bucket = new GcsBucket(options, shared.concurrency, shared.log)
  const mover = new Mover(bucket)
  const { partSize } = options

  return withCheckedKeys({
    name: NAME,
    renames: false,

    stat: (key, options) => statObject(bucket, key, options),

    read: (key, options = {}) => readObject(bucket, key, options, shared.budget),

    async write(key, body, options = {}) {
      return { etag: await putObject(bucket, key, body, options) }
    },

    list: (prefix, options = {}) => listObjects(bucket, prefix, options),

    delete: (keys, options) => deleteObjects(bucket, [keys].flat(), options),

    async createUpload(key, options = {}) {
      const chunked = { ...options, key, budget: shared.budget, partSize }
      const identity = { driver: NAME, key, size: options.size, signal: options.signal }
      return createUpload(identity, (control) => new ChunkedSink(bucket, chunked, control))
    },

    move: (from, to, options = {}) => mover.move(from, to, options),

    presignRead: (key, options) => presignedUrl(bucket, key, options),

    clock: (options) => readClock(bucket, options),

    async [Symbol.asyncDispose]() {
      bucket[Symbol.dispose]()
    },
  })
}
