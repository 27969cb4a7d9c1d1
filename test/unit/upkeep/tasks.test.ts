import { setImmediate } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { createTasks } from "../../../src/upkeep/tasks.ts"

/** A task that notes how many run with it. */
function counting() {
  const count = { running: 0, most: 0, done: 0 }
  const task = async (): Promise<void> => {
    count.running += 1
    count.most = Math.max(count.most, count.running)
    await setImmediate()
    count.running -= 1
    count.done += 1
  }
  return { count, task }
}

describe("tasks", () => {
  it.each([1, 3, 100])("run %i at a time", async (limit) => {
    const { count, task } = counting()
    const tasks = createTasks(limit)
    for (let index = 0; index < 100; index += 1) tasks.add(task)
    await tasks.finish()
    expect(count).toEqual({ running: 0, most: limit, done: 100 })
  })

  it("may add others, in turn, also where there is one place", async () => {
    const order: string[] = []
    const tasks = createTasks(1)
    tasks.add(async () => {
      for (const name of ["a", "b"]) {
        tasks.add(async () => {
          order.push(name)
          tasks.add(async () => void order.push(`${name} more`))
        })
      }
    })
    await tasks.finish()
    expect(order).toEqual(["a", "b", "a more", "b more"])
  })

  it("are none: that is soon done", async () => {
    await createTasks(1).finish()
  })

  it("end with the first failure, once what runs has ended, and start nothing more", async () => {
    const { count, task } = counting()
    const tasks = createTasks(3)
    const failure = new Error("first")
    tasks.add(async () => {
      throw failure
    })
    tasks.add(task)
    tasks.add(async () => {
      await setImmediate()
      throw new Error("second")
    })
    for (let index = 0; index < 5; index += 1) tasks.add(task)
    await expect(tasks.finish()).rejects.toBe(failure)
    expect(count.running).toBe(0)
    expect(count.done).toBeLessThan(3)
    tasks.add(task)
    await setImmediate()
    expect(count.done).toBeLessThan(3)
  })

  it("are not begun once the signal has come", async () => {
    const { count, task } = counting()
    const reason = new Error("enough")
    const tasks = createTasks(2, AbortSignal.abort(reason))
    tasks.add(task)
    await expect(tasks.finish()).rejects.toBe(reason)
    expect(count.done).toBe(0)
  })
})
