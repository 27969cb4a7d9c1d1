/**
 * Test data: reproducible bytes, made as they are asked for and never all in memory.
 * @module
 */
import { createHash } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"

export const MiB = 1024 * 1024

/** Bytes that differ at every position one may mix up: each 4-byte word holds its own index. */
export function patternedBytes(size: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil(size / 4) * 4)
  for (let offset = 0; offset < bytes.length; offset += 4) bytes.writeUInt32LE(offset / 4, offset)
  return bytes.subarray(0, size)
}

/** The same bytes in chunks. The chunk's buffer is reused, as a source is allowed to do. */
export async function* patternedChunks(size: number, chunkSize = 64 * 1024): AsyncGenerator<Buffer> {
  const chunk = Buffer.alloc(Math.ceil(chunkSize / 4) * 4)
  for (let start = 0; start < size; start += chunk.length) {
    for (let offset = 0; offset < chunk.length; offset += 4) chunk.writeUInt32LE((start + offset) / 4, offset)
    yield chunk.subarray(0, Math.min(chunk.length, size - start))
  }
}

/** A source of one chunk per argument. */
export async function* chunksOf(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === "string" ? Buffer.from(chunk) : chunk
}

/** As from a daemon that compresses meanwhile. @param pause milliseconds after each MiB */
export async function* slowly(bytes: Buffer, pause: number): AsyncGenerator<Uint8Array, void> {
  for (let start = 0; start < bytes.length; start += MiB) {
    yield bytes.subarray(start, start + MiB)
    await sleep(pause)
  }
}

/** Hex SHA-256 of everything a source gives. */
export async function sha256Of(source: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256")
  for await (const chunk of source) hash.update(chunk)
  return hash.digest("hex")
}

/** Everything, in one piece; of each chunk a copy, since it is good until the next one is asked for. */
export async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
