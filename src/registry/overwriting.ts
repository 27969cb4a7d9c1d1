/**
 * A driver whose create-only writes replace what is there. Under a key of the layout there is only one right content, so usually
 * what is there is as good; in a store that was damaged it may not be.
 * @module
 */
import type { ObjectUpload, StorageDriver } from "../storage/driver.ts"

export function overwriting(driver: StorageDriver): StorageDriver {
  return {
    name: driver.name,
    renames: driver.renames,
    stat: (key, options) => driver.stat(key, options),
    read: (key, options) => driver.read(key, options),
    write: (key, body, options = {}) => driver.write(key, body, { ...options, ifAbsent: false }),
    list: (prefix, options) => driver.list(prefix, options),
    delete: (keys, options) => driver.delete(keys, options),
    async createUpload(key, options = {}) {
      return commitAnyway(await driver.createUpload(key, { ...options, ifAbsent: false }))
    },
    move: (from, to, options) => driver.move(from, to, options),
    ...(driver.explainAbsence && { explainAbsence: driver.explainAbsence.bind(driver) }),
    ...(driver.staleUploads && { staleUploads: driver.staleUploads.bind(driver) }),
    ...(driver.presignRead && { presignRead: driver.presignRead.bind(driver) }),
    [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
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
