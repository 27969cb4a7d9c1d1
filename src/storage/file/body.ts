/**
 * A file's bytes through one buffer that is filled again and again: a third of the work that a new one for each chunk makes.
 * @module
 */
import type { FileHandle } from "node:fs/promises"
import type { Body } from "../driver.ts"

/** Bytes per read from the file: as many as a core's cache has room for, in as few system calls. */
export const CHUNK = 256 * 1024

/** Bytes `start` to `end - 1`, and fewer where the file ends before. Closes the handle. */
export function fileBody(
  handle: FileHandle,
  { start, end }: { readonly start: number; readonly end: number },
  signal: AbortSignal | undefined,
): Body {
  let failure: Error | undefined
  let closing: Promise<void> | undefined

  function close(): Promise<void> {
    signal?.removeEventListener("abort", onAbort)
    // Nothing was written, so nothing is lost with what closing might say. It waits for a read under way.
    closing ??= handle.close().catch(() => undefined)
    return closing
  }

  function destroy(error = new Error("The body was closed before its end.")): void {
    failure ??= error
    void close()
  }

  function onAbort(): void {
    const reason: unknown = signal?.reason
    destroy(reason instanceof Error ? reason : undefined)
  }

  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK, end - start))
    try {
      for (let position = start; position < end;) {
        if (failure) throw failure
        const length = Math.min(buffer.length, end - position)
        const { bytesRead } = await handle.read(buffer, 0, length, position)
        if (bytesRead === 0) return
        position += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
    } finally {
      await close()
    }
  }

  signal?.addEventListener("abort", onAbort, { once: true })
  if (signal?.aborted) onAbort()
  return { [Symbol.asyncIterator]: chunks, destroy }
}
