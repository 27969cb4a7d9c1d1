/**
 * Whether the store can be reached, asked no oftener than every few seconds.
 * @module
 */
import { isStorageError, type StorageDriver } from "../storage/driver.ts"

/** Milliseconds that an answer is good for: whoever asks us oftener does not ask the bucket. */
const LIFETIME = 5000

/** Milliseconds after which no answer is an answer. */
const PATIENCE = 5000

/** Never written: to be told that it is absent takes a bucket that is there, and a sign-in that is right. */
const PROBE = "docker/registry/v2/repositories/_probe"

/** @throws StorageError and why */
export async function assertReachable(driver: StorageDriver, signal?: AbortSignal): Promise<void> {
  try {
    const { body } = await driver.read(PROBE, { signal })
    body.destroy()
  } catch (error) {
    if (!isStorageError(error, "NOT_FOUND")) throw error
  }
}

/**
 * @param onChange told of every change, with the reason
 * @param now milliseconds on a clock that only goes forward
 */
export function createReadiness(
  driver: StorageDriver,
  onChange: (ready: boolean, reason?: string) => void,
  now: () => number = () => performance.now(),
): () => Promise<boolean> {
  let last: { readonly answer: Promise<boolean>; readonly until: number } | undefined
  let before = true

  async function ask(): Promise<boolean> {
    let reason: string | undefined
    try {
      await assertReachable(driver, AbortSignal.timeout(PATIENCE))
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error)
    }
    const ready = reason === undefined
    if (ready !== before) onChange(ready, reason)
    before = ready
    return ready
  }

  return () => {
    if (!last || last.until <= now()) last = { answer: ask(), until: now() + LIFETIME }
    return last.answer
  }
}
