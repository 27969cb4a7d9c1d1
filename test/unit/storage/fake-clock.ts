/**
 * Time that passes only when someone sleeps.
 * @module
 */
import type { Clock } from "../../../src/storage/retry.ts"

export interface FakeClock extends Clock {
  /** Milliseconds of every sleep so far. */
  readonly slept: number[]
  /** Lets time pass otherwise. */
  advance(milliseconds: number): void
}

/** @param random the draw of every jitter */
export function createFakeClock(random = 1): FakeClock {
  let now = 0
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    random: () => random,
    async sleep(milliseconds, signal) {
      slept.push(milliseconds)
      now += milliseconds
      signal?.throwIfAborted()
    },
    advance(milliseconds) {
      now += milliseconds
    },
  }
}
