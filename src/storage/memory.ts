/**
 * Objects in this process's memory: for tests, and the shortest statement of what a driver is.
 * @module
 */
import { Readable } from "node:stream"
import { destroyOnAbort } from "./abort.ts"
import {
  StorageError,
  type ListEntry,
  type ListOptions,
  type ObjectStat,
  type StorageDriver,
  type WriteOptions,
} from "./driver.ts"
import { assertKey, assertPrefix } from "./keys.ts"
import { fold } from "./listing.ts"
import { resolveRange } from "./ranges.ts"
import { createUpload } from "./upload.ts"

interface StoredObject extends ObjectStat {
  readonly bytes: Uint8Array
}

const NAME = "memory"

/** Bytes that a read gives at a time. */
const CHUNK = 64 * 1024

export function createMemoryDriver(): StorageDriver {
  const objects = new Map<string, StoredObject>()
  let version = 0

  const check = (key: string, signal: AbortSignal | undefined) => {
    signal?.throwIfAborted()
    assertKey(NAME, key)
  }

  const existing = (key: string): StoredObject => {
    const object = objects.get(key)
    if (object) return object
    throw new StorageError("NOT_FOUND", `There is no object ${key}.`, { driver: NAME, key })
  }

  const put = (key: string, bytes: Uint8Array, options: WriteOptions): string => {
    const current = objects.get(key)
    if ((options.ifAbsent && current) || (options.ifMatch && options.ifMatch !== current?.etag)) {
      const state = current ? "exists already or has changed" : "is gone"
      throw new StorageError("PRECONDITION_FAILED", `Object ${key} ${state}.`, { driver: NAME, key })
    }
    version += 1
    const etag = String(version)
    objects.set(key, { bytes, size: bytes.byteLength, etag, modified: new Date() })
    return etag
  }

  async function* list(prefix: string, options: ListOptions = {}): AsyncGenerator<ListEntry> {
    options.signal?.throwIfAborted()
    assertPrefix(NAME, prefix)
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix)).toSorted(byCodeUnit)
    for (const entry of fold(keys, prefix, options)) {
      const object = objects.get(entry)
      if (object) yield { key: entry, size: object.size, modified: object.modified }
      else if (entry.endsWith("/")) yield { key: entry }
    }
  }

  return {
    name: NAME,
    renames: true,

    async stat(key, options) {
      check(key, options?.signal)
      const object = objects.get(key)
      return object && { size: object.size, etag: object.etag, modified: object.modified }
    },

    async read(key, options) {
      check(key, options?.signal)
      const { bytes, ...stat } = existing(key)
      const { start, end } = resolveRange(options?.range, { driver: NAME, key, size: stat.size })
      const body = Readable.from(chunksOf(bytes.subarray(start, end)))
      return { ...stat, body: destroyOnAbort(body, options?.signal) }
    },

    async write(key, body, options = {}) {
      check(key, options.signal)
      return { etag: put(key, Uint8Array.from(body), options) }
    },

    list,

    async delete(keys, options) {
      for (const key of [keys].flat()) {
        check(key, options?.signal)
        objects.delete(key)
      }
    },

    async createUpload(key, options = {}) {
      check(key, options.signal)
      let chunks: Uint8Array[] = []
      return createUpload({ driver: NAME, key, size: options.size, signal: options.signal }, () => ({
        async write(chunk) {
          chunks.push(Uint8Array.from(chunk))
          options.onStored?.(chunk.byteLength)
        },
        async finish({ ifAbsent }) {
          put(key, Buffer.concat(chunks), { ifAbsent })
        },
        async discard() {
          chunks = []
        },
      }))
    },

    async move(from, to, options) {
      check(from, options?.signal)
      assertKey(NAME, to)
      const { bytes } = existing(from)
      objects.delete(from)
      put(to, bytes, {})
    },

    async [Symbol.asyncDispose]() {
      objects.clear()
    },
  }
}

function* chunksOf(bytes: Uint8Array): Generator<Buffer> {
  for (let start = 0; start < bytes.byteLength; start += CHUNK) {
    yield Buffer.from(bytes.subarray(start, start + CHUNK))
  }
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
