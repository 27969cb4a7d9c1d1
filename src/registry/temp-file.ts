/**
 * Overflow to a temporary file, for stores that cannot rename: uploaded from there once its digest is known.
 * @module
 */
import { randomUUID } from "node:crypto"
import { type FileHandle, open, unlink } from "node:fs/promises"
import { join } from "node:path"
import type { StorageDriver, UploadOptions } from "../storage/driver.ts"
import { unlessPresent } from "./objects.ts"
import type { Overflow } from "./spool.ts"

/** Bytes: a socket delivers 64 kB at a time, a disk and a part of an upload want more. */
const BATCH = 1024 * 1024

/** The local disk failed us: full, read-only, gone. */
export class SpoolError extends Error {
  override readonly name = "SpoolError"
}

export interface TempFileOptions {
  readonly driver: StorageDriver
  readonly directory: string
  /** Called with the bytes that the store has newly taken. */
  readonly onStored: (bytes: number) => void
}

export interface TempFile extends Overflow {
  /** Bytes that are in the file: the last ones appended may still be in memory. */
  readonly written: number
  /** Bytes appended. */
  readonly size: number
  /** Brings everything appended into the file. */
  flush(): Promise<void>
  /** Fills the buffer, as far as there is something, with what was written from `position` on. @returns bytes */
  readAt(position: number, buffer: Buffer): Promise<number>
}

export async function openTempFile({ driver, directory, onStored }: TempFileOptions): Promise<TempFile> {
  const path = join(directory, `oci-store-${randomUUID()}.tmp`)
  const file = await open(path, "wx+", 0o600).catch((cause: unknown) => {
    throw spoolError(directory, cause)
  })
  // Without a name it is gone with the process, however that ends. Where an open file keeps its name (Windows), it goes last.
  const named = await unlink(path).then(
    () => false,
    () => true,
  )
  const batch = Buffer.allocUnsafeSlow(BATCH)
  let batched = 0
  let written = 0

  async function flush(): Promise<void> {
    await writeFully(file, batch.subarray(0, batched), written, directory)
    written += batched
    batched = 0
  }

  async function* read(): AsyncIterable<Uint8Array> {
    await flush()
    yield* readBatches(file, batch, written)
  }

  return {
    read,
    flush,

    get written() {
      return written
    },

    get size() {
      return written + batched
    },

    async readAt(position, buffer) {
      const length = Math.min(buffer.length, written - position)
      return length > 0 ? (await file.read(buffer, 0, length, position)).bytesRead : 0
    },

    async append(chunk) {
      for (let rest = chunk; rest.length > 0;) {
        const taken = Math.min(rest.length, BATCH - batched)
        batch.set(rest.subarray(0, taken), batched)
        batched += taken
        rest = rest.subarray(taken)
        if (batched === BATCH) await flush()
      }
    },

    async store(key) {
      const options: UploadOptions = { size: written + batched, ifAbsent: true, onStored }
      await using upload = await driver.createUpload(key, options)
      await upload.append(read())
      return unlessPresent(() => upload.commit({ ifAbsent: true }))
    },

    async [Symbol.asyncDispose]() {
      await file.close()
      if (named) await unlink(path).catch(() => undefined)
    },
  }
}

/** Reads through the caller's one buffer: whoever takes a chunk has copied it before asking for the next. */
async function* readBatches(file: FileHandle, batch: Buffer, size: number): AsyncIterable<Uint8Array> {
  for (let position = 0; position < size;) {
    const { bytesRead } = await file.read(batch, 0, Math.min(BATCH, size - position), position)
    if (bytesRead === 0) throw new SpoolError(`The temporary file was cut at ${position} of ${size} bytes.`)
    position += bytesRead
    yield batch.subarray(0, bytesRead)
  }
}

async function writeFully(
  file: FileHandle,
  bytes: Uint8Array,
  position: number,
  directory: string,
): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file
      .write(bytes, done, bytes.length - done, position + done)
      .catch((cause: unknown) => {
        throw spoolError(directory, cause)
      })
    done += bytesWritten
  }
}

function spoolError(directory: string, cause: unknown): SpoolError {
  const full =
    cause instanceof Error && "code" in cause && (cause.code === "ENOSPC" || cause.code === "EDQUOT")
  const reason = full ? "the disk is full" : cause instanceof Error ? cause.message : String(cause)
  return new SpoolError(
    `Cannot keep a layer in '${directory}' until its digest is known: ${reason}. Name a directory with room by --tmp-dir.`,
    { cause },
  )
}
