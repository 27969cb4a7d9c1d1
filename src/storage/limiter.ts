/**
 * How many requests a store gets at once: as many as allowed while it copes, half as many each time it says that it does not.
 * @module
 */
import { abortable } from "./abort.ts"

export interface Limiter {
  /** Runs `task` once there is room, in turn. `isOverload` tells from its error whether the store asked for fewer requests. */
  run<T>(task: () => Promise<T>, isOverload: (error: unknown) => boolean, signal?: AbortSignal): Promise<T>
  /** Requests allowed at once at present. */
  readonly concurrency: number
}

/** Additive increase, multiplicative decrease, as in TCP, between 1 and `most` requests at once. */
export function createAdaptiveLimiter(most: number): Limiter {
  const waiting: (() => void)[] = []
  let concurrency = most
  let running = 0
  /** Successes since the last change. */
  let successes = 0
  /** Counts decreases: tasks that were on their way together complain together, and that counts once. */
  let era = 0

  const admit = () => {
    while (running < concurrency) {
      const next = waiting.shift()
      if (!next) return
      running += 1
      next()
    }
  }

  const enter = async (signal: AbortSignal | undefined) => {
    signal?.throwIfAborted()
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting.push(resolve)
    admit()
    try {
      await abortable(promise, signal)
    } catch (error) {
      const index = waiting.indexOf(resolve)
      if (index >= 0) waiting.splice(index, 1)
      else leave()
      throw error
    }
  }

  const leave = () => {
    running -= 1
    admit()
  }

  const decrease = (startedIn: number) => {
    if (startedIn !== era) return
    era += 1
    successes = 0
    concurrency = Math.max(1, Math.floor(concurrency / 2))
  }

  const increase = () => {
    successes += 1
    if (concurrency === most || successes < concurrency) return
    successes = 0
    concurrency += 1
  }

  return {
    async run(task, isOverload, signal) {
      await enter(signal)
      const startedIn = era
      try {
        const result = await task()
        increase()
        return result
      } catch (error) {
        if (isOverload(error)) decrease(startedIn)
        throw error
      } finally {
        leave()
      }
    },
    get concurrency() {
      return concurrency
    },
  }
}
