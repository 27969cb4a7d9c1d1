/**
 * Work on many things, several at a time.
 * @module
 */

/**
 * The first failure ends it: what is at work is told by its signal, and waited for.
 * @param limit how many at a time
 */
export async function forEachOf<T>(
  items: readonly T[],
  limit: number,
  signal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController()
  const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal
  const rest = items.values()
  let failure: { readonly error: unknown } | undefined

  async function worker(): Promise<void> {
    for (const item of rest) {
      if (either.aborted) return
      try {
        await work(item, either)
      } catch (error) {
        failure ??= { error }
        failed.abort(error)
      }
    }
  }

  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  signal?.throwIfAborted()
  if (failure) throw failure.error
}
