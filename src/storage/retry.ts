/**
 * The one retry policy of all drivers: exponential back-off with full jitter, a number of attempts and a bound on the time.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises"

export interface RetryPolicy {
  /** Attempts in all, the first included. */
  readonly attempts: number
  /** Milliseconds: the first wait is at most this, every further one at most twice the one before. */
  readonly firstDelay: number
  /** Milliseconds that no wait exceeds, unless the store asks for more. */
  readonly longestDelay: number
  /** Milliseconds after the first failure in which another attempt may start. Slow attempts that succeed cost nothing. */
  readonly patience: number
}

export const RETRY_POLICY: RetryPolicy = {
  attempts: 8,
  firstDelay: 200,
  longestDelay: 10_000,
  patience: 60_000,
}

/** What a driver makes of a failed attempt. Undefined: final. */
export interface RetryAdvice {
  /** Attempts in all for this kind of failure, where fewer than the policy's make sense. */
  readonly attempts?: number | undefined
  /** Milliseconds that the store asked to be left alone for. */
  readonly notBefore?: number | undefined
}

/** Injected by tests. */
export interface Clock {
  /** Milliseconds. */
  now(): number
  /** From 0 to 1. */
  random(): number
  /** Rejects with the signal's reason. */
  sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void>
}

export const systemClock: Clock = {
  now: () => performance.now(),
  random: () => Math.random(),
  async sleep(milliseconds, signal) {
    try {
      await sleep(milliseconds, undefined, { signal })
    } catch {
      signal?.throwIfAborted()
    }
  },
}

export interface RetryOptions {
  /** Judges a failure. An aborted signal ends the attempts whatever it says. */
  readonly advise: (error: unknown) => RetryAdvice | undefined
  readonly onRetry?: ((error: unknown, delay: number) => void) | undefined
  readonly policy?: RetryPolicy | undefined
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock | undefined
}

/** Runs `attempt` until it succeeds or there is no point in another try, and then rejects with its last error. */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const { advise, onRetry, policy = RETRY_POLICY, signal, clock = systemClock } = options
  let deadline: number | undefined
  for (let failures = 1; ; failures += 1) {
    signal?.throwIfAborted()
    try {
      return await attempt()
    } catch (error) {
      signal?.throwIfAborted()
      deadline ??= clock.now() + policy.patience
      const advice = advise(error)
      if (!advice || failures >= Math.min(policy.attempts, advice.attempts ?? Infinity)) throw error
      const delay = Math.max(advice.notBefore ?? 0, backOff(failures, policy, clock))
      if (clock.now() + delay > deadline) throw error
      onRetry?.(error, delay)
      await clock.sleep(delay, signal)
    }
  }
}

/** Milliseconds to wait after so many failures in a row: anything up to the exponential bound. */
export function backOff(failures: number, policy: RetryPolicy, clock: Clock): number {
  return clock.random() * Math.min(policy.longestDelay, policy.firstDelay * 2 ** (failures - 1))
}
