/**
 * Many questions to the store, so many of them at a time: what one client asks for must not stand in the way of all the others.
 * @module
 */
import { together } from "./objects.ts"

/** Questions that one request of a client may have open at a time. */
export const AT_ONCE = 32

/**
 * The results of `work`, in the order of the items. After a failure no more of it begins; what has begun is waited for.
 * @param limit how many at a time
 * @throws what the first work to fail has thrown
 */
export async function mapSome<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  limit = AT_ONCE,
): Promise<R[]> {
  const results: R[] = []
  const left = items.entries()
  let failed = false

  async function worker(): Promise<void> {
    for (const [index, item] of left) {
      if (failed) return
      try {
        results[index] = await work(item)
      } catch (error) {
        failed = true
        throw error
      }
    }
  }

  await together(...Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}
