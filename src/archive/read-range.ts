/**
 * A part of an open file, as it is read.
 * @module
 */
import type { FileHandle } from "node:fs/promises"

/** Bytes read at a time. */
const CHUNK = 1024 * 1024

/**
 * Ends early where the file does. Every chunk is the reader's to keep. (A handle's own streams all listen to it for as long as it is
 * open, which Node takes for a leak.)
 * @param start of the first byte
 * @param size bytes
 * @throws the system's error; the signal's reason
 */
export async function* readRange(
  file: FileHandle,
  start: number,
  size: number,
  signal?: AbortSignal,
): AsyncGenerator<Buffer, void> {
  for (let done = 0; done < size;) {
    signal?.throwIfAborted()
    const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK, size - done))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, start + done)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    done += bytesRead
  }
}

/** Fills the buffer as far as there are bytes, and says how many there were. */
export async function readFully(file: FileHandle, buffer: Buffer, start: number): Promise<number> {
  let done = 0
  while (done < buffer.length) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, start + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return done
}
