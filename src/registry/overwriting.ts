/**
 * A driver whose create-only writes replace what is there. Under a key of the layout there is only one right content, so usually
 * what is there is as good; in a store that was damaged it may not be.
 * @module
 */
import type { ObjectUpload, StorageDriver } from "../storage/driver.ts"

/** @param driver an object of functions, which need no `this` */
export function overwriting(driver: StorageDriver): StorageDriver {
  return {
    ...driver,

    // It may turn out only with the first request.
    get looksBeforeWriting() {
      return driver.looksBeforeWriting ?? false
    },

    write: (key, body, options = {}) => driver.write(key, body, { ...options, ifAbsent: false }),

    async createUpload(key, options = {}) {
      return commitAnyway(await driver.createUpload(key, { ...options, ifAbsent: false }))
    },
  }
}

function commitAnyway(upload: ObjectUpload): ObjectUpload {
  return {
    get size() {
      return upload.size
    },
    append: (source) => upload.append(source),
    commit: () => upload.commit(),
    abort: () => upload.abort(),
    [Symbol.asyncDispose]: () => upload[Symbol.asyncDispose](),
  }
}
