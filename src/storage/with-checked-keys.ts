/**
 * A driver whose own code sees only keys of the contract, and no call that was cancelled before it began.
 * @module
 */
import type { Cancellable, StorageDriver } from "./driver.ts"
import { assertKey, assertPrefix } from "./keys.ts"

/** @param driver an object of functions, which need no `this` */
export function withCheckedKeys(driver: StorageDriver): StorageDriver {
  const { name, explainAbsence, staleUploads, presignRead } = driver
  const check = (assert: typeof assertKey, keys: readonly string[], options: Cancellable = {}): void => {
    options.signal?.throwIfAborted()
    for (const key of keys) assert(name, key)
  }

  return {
    ...driver,

    // It may turn out only with the first request.
    get looksBeforeWriting() {
      return driver.looksBeforeWriting ?? false
    },

    async stat(key, options) {
      check(assertKey, [key], options)
      return driver.stat(key, options)
    },

    async read(key, options) {
      check(assertKey, [key], options)
      return driver.read(key, options)
    },

    async write(key, body, options) {
      check(assertKey, [key], options)
      return driver.write(key, body, options)
    },

    async *list(prefix, options) {
      check(assertPrefix, [prefix], options)
      yield* driver.list(prefix, options)
    },

    async delete(keys, options) {
      check(assertKey, [keys].flat(), options)
      await driver.delete(keys, options)
    },

    async createUpload(key, options) {
      check(assertKey, [key], options)
      return driver.createUpload(key, options)
    },

    async move(from, to, options) {
      check(assertKey, [from, to], options)
      await driver.move(from, to, options)
    },

    ...(explainAbsence && {
      async explainAbsence(prefix, options) {
        check(assertPrefix, [prefix], options)
        return explainAbsence(prefix, options)
      },
    }),

    ...(presignRead && {
      async presignRead(key, options) {
        check(assertKey, [key], options)
        return presignRead(key, options)
      },
    }),

    ...(staleUploads && {
      async *staleUploads(prefix, olderThan) {
        check(assertPrefix, [prefix])
        yield* staleUploads(prefix, olderThan)
      },
    }),
  }
}
