/**
 * A store in memory that writes down every key that it is asked for.
 * @module
 */
import type { StorageDriver } from "../../../src/storage/driver.ts"
import { createMemoryDriver } from "../../../src/storage/memory.ts"

/** What all keys of the layout begin with. */
const ROOT = "docker/registry/v2/"

const COMPONENT = /^[A-Za-z0-9._-]+$/

export interface RecordingDriver {
  readonly driver: StorageDriver
  /** Keys that no object of the layout has. */
  readonly strays: readonly string[]
}

export function recordingDriver(): RecordingDriver {
  const strays: string[] = []
  const driver = createMemoryDriver()
  const see = (key: string, isPrefix = false): void => {
    const parts = key.split("/")
    if (isPrefix && parts.at(-1) === "") parts.pop()
    const isRight = parts.every((part) => COMPONENT.test(part) && part !== "." && part !== "..")
    if (!isRight || !`${key}/`.startsWith(ROOT)) strays.push(key)
  }
  return {
    strays,
    driver: {
      ...driver,
      stat(key, options) {
        see(key)
        return driver.stat(key, options)
      },
      read(key, options) {
        see(key)
        return driver.read(key, options)
      },
      write(key, ...rest) {
        see(key)
        return driver.write(key, ...rest)
      },
      list(prefix, options) {
        see(prefix, true)
        return driver.list(prefix, options)
      },
      delete(keys, options) {
        for (const key of [keys].flat()) see(key)
        return driver.delete(keys, options)
      },
      createUpload(key, options) {
        see(key)
        return driver.createUpload(key, options)
      },
      move(from, to, options) {
        see(from)
        see(to)
        return driver.move(from, to, options)
      },
    },
  }
}
