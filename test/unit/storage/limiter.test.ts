import { describe, expect, test } from "vitest"
import { createAdaptiveLimiter } from "../../../src/storage/limiter.ts"

const OVERLOAD = new Error("slow down")
const isOverload = (error: unknown) => error === OVERLOAD
const turn = () => new Promise((resolve) => setImmediate(resolve))

describe("adaptive limiter", () => {
  test("runs so many at once, the others in turn", async () => {
    const limiter = createAdaptiveLimiter(2)
    const started: number[] = []
    const ends: (() => void)[] = []
    const tasks = [0, 1, 2, 3].map((task) =>
      limiter.run(() => {
        started.push(task)
        return new Promise<void>((resolve) => ends.push(resolve))
      }, isOverload),
    )
    await turn()
    expect(started).toEqual([0, 1])
    ends[1]?.()
    await turn()
    expect(started).toEqual([0, 1, 2])
    ends[0]?.()
    await turn()
    ends.forEach((end) => end())
    await Promise.all(tasks)
    expect(started).toEqual([0, 1, 2, 3])
  })

  test("halves on overload, once for all that were on their way together", async () => {
    const limiter = createAdaptiveLimiter(16)
    const fail = () => limiter.run(async () => Promise.reject(OVERLOAD), isOverload)
    await Promise.allSettled(Array.from({ length: 16 }, fail))
    expect(limiter.concurrency).toBe(8)
    for (const expected of [4, 2, 1, 1]) {
      await expect(fail()).rejects.toBe(OVERLOAD)
      expect(limiter.concurrency).toBe(expected)
    }
  })

  test("other errors change nothing", async () => {
    const limiter = createAdaptiveLimiter(4)
    await expect(limiter.run(() => Promise.reject(new Error("other")), isOverload)).rejects.toThrow("other")
    expect(limiter.concurrency).toBe(4)
  })

  test("grows again by one after as many successes as run at once", async () => {
    const limiter = createAdaptiveLimiter(4)
    await limiter.run(() => Promise.reject(OVERLOAD), isOverload).catch(() => undefined)
    const grown: number[] = []
    for (let i = 0; i < 8; i += 1) {
      await limiter.run(async () => undefined, isOverload)
      grown.push(limiter.concurrency)
    }
    expect(grown).toEqual([2, 3, 3, 3, 4, 4, 4, 4])
  })

  test("who gives up waiting leaves the room to others", async () => {
    const limiter = createAdaptiveLimiter(1)
    const { promise, resolve } = Promise.withResolvers<void>()
    const held = limiter.run(() => promise, isOverload)
    const controller = new AbortController()
    const waiting = limiter.run(async () => "never", isOverload, controller.signal)
    const next = limiter.run(async () => "next", isOverload)
    controller.abort(new Error("enough"))
    await expect(waiting).rejects.toThrow("enough")
    resolve()
    await held
    expect(await next).toBe("next")
    const late = limiter.run(async () => "late", isOverload, AbortSignal.abort(new Error("before")))
    await expect(late).rejects.toThrow("before")
    expect(await limiter.run(async () => "still room", isOverload)).toBe("still room")
  })
})
