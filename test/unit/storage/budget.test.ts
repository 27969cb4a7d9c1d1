import { describe, expect, test } from "vitest"
import { createMemoryBudget, type Lease } from "../../../src/storage/budget.ts"

const release = (lease: Lease | undefined) => lease?.[Symbol.dispose]()

/** Whether each promise has settled by now. */
const settled = (promises: readonly Promise<unknown>[]) =>
  Promise.all(
    promises.map((promise) =>
      Promise.race([
        promise.then(
          () => true,
          () => true,
        ),
        new Promise((resolve) => setImmediate(resolve, false)),
      ]),
    ),
  )

describe("memory budget", () => {
  test("a lease has exactly the bytes asked for", async () => {
    const budget = createMemoryBudget(100)
    expect((await budget.acquire(60)).buffer).toHaveLength(60)
    expect(budget.tryAcquire(40)?.buffer).toHaveLength(40)
    expect(budget.tryAcquire(1)).toBeUndefined()
  })

  test("who waits is served in turn, and is not overtaken", async () => {
    const budget = createMemoryBudget(100)
    const held = await budget.acquire(80)
    const large = budget.acquire(50)
    const small = budget.acquire(10)
    expect(await settled([large, small])).toEqual([false, false])
    expect(budget.tryAcquire(10)).toBeUndefined()
    release(held)
    expect(await settled([large, small])).toEqual([true, true])
  })

  test("a request beyond the limit is served, alone", async () => {
    const budget = createMemoryBudget(100)
    const held = await budget.acquire(1)
    const huge = budget.acquire(500)
    const next = budget.acquire(1)
    expect(await settled([huge, next])).toEqual([false, false])
    release(held)
    expect(await settled([huge, next])).toEqual([true, false])
    release(await huge)
    expect(await settled([next])).toEqual([true])
  })

  test("giving up lets the next one pass", async () => {
    const budget = createMemoryBudget(100)
    const held = await budget.acquire(60)
    const controller = new AbortController()
    const large = budget.acquire(90, controller.signal)
    const small = budget.acquire(40)
    expect(await settled([small])).toEqual([false])
    controller.abort(new Error("enough"))
    await expect(large).rejects.toThrow("enough")
    expect(await settled([small])).toEqual([true])
    await expect(budget.acquire(1, AbortSignal.abort(new Error("before")))).rejects.toThrow("before")
    release(held)
    expect(budget.tryAcquire(60)).toBeDefined()
  })

  test("a lease that was granted does not hear of a later abort", async () => {
    const budget = createMemoryBudget(100)
    const held = await budget.acquire(100)
    const controller = new AbortController()
    const waited = budget.acquire(10, controller.signal)
    release(held)
    const lease = await waited
    controller.abort()
    expect(budget.tryAcquire(91)).toBeUndefined()
    release(lease)
    expect(budget.tryAcquire(91)).toBeDefined()
  })

  test("releasing twice frees once", async () => {
    const budget = createMemoryBudget(100)
    const [first, second] = [await budget.acquire(50), await budget.acquire(50)]
    release(first)
    release(first)
    expect(budget.tryAcquire(60)).toBeUndefined()
    release(second)
    expect(budget.tryAcquire(100)).toBeDefined()
  })

  test("buffers are used again, for requests not much smaller", async () => {
    const budget = createMemoryBudget(100)
    const first = await budget.acquire(50)
    const memory = first.buffer.buffer
    release(first)
    const smaller = await budget.acquire(30)
    expect(smaller.buffer.buffer).toBe(memory)
    expect(smaller.buffer).toHaveLength(30)
    release(smaller)
    const tiny = await budget.acquire(10)
    expect(tiny.buffer.buffer).not.toBe(memory)
  })

  test("leased and idle buffers together stay within the limit", async () => {
    const budget = createMemoryBudget(100)
    const alive = new Map<ArrayBufferLike, number>()
    const sizes = [10, 25, 40, 60, 90, 33, 7, 100, 50, 20]
    let leases: Lease[] = []
    for (let round = 0; round < 200; round += 1) {
      const lease = budget.tryAcquire(sizes[round % sizes.length] ?? 1)
      if (lease) {
        leases.push(lease)
        alive.set(lease.buffer.buffer, lease.buffer.buffer.byteLength)
        const leased = leases.reduce((sum, { buffer }) => sum + buffer.buffer.byteLength, 0)
        expect(leased).toBeLessThanOrEqual(100)
      } else {
        leases.forEach(release)
        leases = []
      }
    }
    expect(alive.size).toBeGreaterThan(1)
  })
})
