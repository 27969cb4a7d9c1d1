/**
 * Waiting for what cannot itself be cancelled.
 * @module
 */
import type { Readable } from "node:stream"

/** Settles as `promise` does, or rejects with the signal's reason as soon as that aborts. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    // Listens even when already aborted, so that a later rejection of `promise` is never unhandled.
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener("abort", onAbort, { once: true })
    void promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort))
  })
}

/** Destroys the stream with the signal's reason when that aborts. */
export function destroyOnAbort<T extends Readable>(stream: T, signal: AbortSignal | undefined): T {
  if (!signal) return stream
  const onAbort = () => stream.destroy(asError(signal.reason))
  signal.addEventListener("abort", onAbort, { once: true })
  stream.once("close", () => signal.removeEventListener("abort", onAbort))
  if (signal.aborted) onAbort()
  return stream
}

/** An abort reason may be any value; streams are destroyed with errors only. */
function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error("The read was aborted.", { cause: reason })
}
