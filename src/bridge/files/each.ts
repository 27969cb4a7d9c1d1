/**
 * Work on many things, several at a time.
 * @module
 */
import { mapSome } from "../../registry/at-once.ts"

/**
 * The first failure ends it: what is at work is told by its signal, and waited for.
 * @param limit how many at a time
 * @throws what the first work to fail has thrown; the signal's reason
 */
export async function forEachOf<T>(
  items: readonly T[],
  limit: number,
  signal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController()
  const either = AbortSignal.any([failed.signal, ...(signal ? [signal] : [])])

  async function workOn(item: T): Promise<void> {
    try {
      either.throwIfAborted()
      await work(item, either)
    } catch (error) {
      failed.abort(error)
      throw error
    }
  }

  await mapSome(items, workOn, limit).catch(() => undefined)
  signal?.throwIfAborted()
  failed.signal.throwIfAborted() // those that failed later did so because of the first
}
