import { describe, expect, test } from "vitest"
import { retry, RETRY_POLICY, systemClock, type RetryAdvice } from "../../../src/storage/retry.ts"
import { createFakeClock } from "./fake-clock.ts"

const policy = { attempts: 5, firstDelay: 100, longestDelay: 300, patience: 1000 }

/** Fails so many times, then gives its number of calls. */
const failing = (times: number, onCall: () => void = () => undefined) => {
  let calls = 0
  return async () => {
    calls += 1
    onCall()
    if (calls <= times) throw new Error(`failure ${calls}`)
    return calls
  }
}
const always = (advice?: RetryAdvice) => () => advice

describe("retry", () => {
  test("waits twice as long each time, up to the longest delay, with full jitter", async () => {
    const clock = createFakeClock(0.5)
    expect(await retry(failing(4), { policy, clock, advise: always({}) })).toBe(5)
    expect(clock.slept).toEqual([50, 100, 150, 150])
  })

  test("gives up after the attempts, with the last error", async () => {
    const clock = createFakeClock(0)
    await expect(retry(failing(5), { policy, clock, advise: always({}) })).rejects.toThrow("failure 5")
    await expect(retry(failing(5), { policy, clock, advise: always({ attempts: 2 }) })).rejects.toThrow(
      "failure 2",
    )
  })

  test("does not repeat what is final", async () => {
    const clock = createFakeClock()
    await expect(retry(failing(1), { policy, clock, advise: always() })).rejects.toThrow("failure 1")
    expect(clock.slept).toEqual([])
  })

  test("leaves the store alone for as long as it asked", async () => {
    const clock = createFakeClock(0)
    await retry(failing(2), { policy, clock, advise: always({ notBefore: 400 }) })
    expect(clock.slept).toEqual([400, 400])
  })

  test("loses patience some time after the first failure, not after the start", async () => {
    const clock = createFakeClock(0)
    const slow = failing(3, () => clock.advance(900))
    await expect(retry(slow, { policy, clock, advise: always({}) })).rejects.toThrow("failure 3")
    const asked = retry(failing(1), { policy, clock, advise: always({ notBefore: 1001 }) })
    await expect(asked).rejects.toThrow("failure 1")
  })

  test("an aborted signal ends it with its reason", async () => {
    const controller = new AbortController()
    const attempt = failing(3, () => controller.abort(new Error("enough")))
    const { signal } = controller
    await expect(
      retry(attempt, { policy, clock: createFakeClock(), advise: always({}), signal }),
    ).rejects.toThrow("enough")
    const sleeping = systemClock.sleep(60_000, AbortSignal.timeout(1))
    await expect(sleeping).rejects.toMatchObject({ name: "TimeoutError" })
  })

  test("every retry is told", async () => {
    const told: unknown[] = []
    const onRetry = (error: unknown, delay: number) => told.push([String(error), delay])
    await retry(failing(2), { policy, clock: createFakeClock(1), advise: always({}), onRetry })
    expect(told).toEqual([
      ["Error: failure 1", 100],
      ["Error: failure 2", 200],
    ])
  })

  test("the policy of all drivers ends within a few minutes", () => {
    expect(RETRY_POLICY.attempts).toBeGreaterThan(3)
    expect(RETRY_POLICY.patience).toBeLessThanOrEqual(120_000)
  })
})
