/**
 * Reading a file as an object: one open file, so that size, etag and bytes belong together whoever replaces it meanwhile.
 * @module
 */
import { constants } from "node:fs"
import { open } from "node:fs/promises"
import { Readable } from "node:stream"
import type { ByteRange, Cancellable, ObjectRead } from "../driver.ts"
import { resolveRange } from "../ranges.ts"
import { destroyOnAbort } from "../abort.ts"
import { etagOf } from "./etag.ts"
import { NAME, type FolderStore } from "./store.ts"

/** Bytes per read from the file: fewer, larger system calls than the stream's default of 64 KiB. */
export const CHUNK = 256 * 1024

export async function readObject(
  store: FolderStore,
  file: string,
  key: string,
  options: Cancellable & { readonly range?: ByteRange } = {},
): Promise<ObjectRead> {
  const handle = await open(file, constants.O_RDONLY)
  try {
    const found = await handle.stat({ bigint: true })
    if (!found.isFile()) throw store.notFound(key)
    const size = Number(found.size)
    const { start, end } = resolveRange(options.range, { driver: NAME, key, size })
    const stat = { size, etag: etagOf(found), modified: found.mtime }
    if (start === end) {
      await handle.close()
      return { ...stat, body: Readable.from([]) }
    }
    const body = handle.createReadStream({ start, end: end - 1, highWaterMark: CHUNK })
    return { ...stat, body: destroyOnAbort(body, options.signal) }
  } catch (error) {
    await handle.close()
    throw error
  }
}
