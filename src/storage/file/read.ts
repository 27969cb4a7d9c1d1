/**
 * Reading a file as an object: one open file, so that size, etag and bytes belong together whoever replaces it meanwhile.
 * @module
 */
import { constants } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { Readable } from "node:stream"
import type { ByteRange, Cancellable, ObjectRead } from "../driver.ts"
import { resolveRange } from "../ranges.ts"
import { fileBody } from "./body.ts"
import { etagOf, fingerprintOf } from "./etag.ts"
import { NAME, type FolderStore } from "./store.ts"

/** Bytes up to which a read is one system call and no stream of the file: links and manifests, which are asked for all the time. */
const SMALL = 64 * 1024

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
    const stat = { size, etag: etagOf(found), modified: found.mtime, fingerprint: fingerprintOf(found) }
    if (end - start <= SMALL) {
      const bytes = await readBytes(handle, start, end)
      // Nothing was written: nobody has to wait, and nothing is lost with what closing might say.
      handle.close().catch(() => undefined)
      return { ...stat, body: streamOf(bytes) }
    }
    return { ...stat, body: fileBody(handle, { start, end }, options.signal) }
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** What is cut off behind our back is missing at the end, as it is in a stream. */
async function readBytes(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(end - start)
  let filled = 0
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return bytes.subarray(0, filled)
}

function streamOf(bytes: Buffer): Readable {
  const body = new Readable({ read: () => undefined })
  if (bytes.length > 0) body.push(bytes)
  body.push(null)
  return body
}
