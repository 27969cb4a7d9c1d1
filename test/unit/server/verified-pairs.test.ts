import { expect, it, vi } from "vitest"
import { createVerifiedPairs } from "../../../src/server/verified-pairs.ts"

const right = () => vi.fn<() => Promise<boolean>>(() => Promise.resolve(true))

it("verifies a right pair once, for all who ask at the same time and later", async () => {
  const pairs = createVerifiedPairs(() => 0)
  const verify = right()
  await Promise.all([pairs.check("a", "b", verify), pairs.check("a", "b", verify)])
  expect(await pairs.check("a", "b", verify)).toBe(true)
  expect(verify).toHaveBeenCalledTimes(1)
})

it("does not take one pair for another", async () => {
  const pairs = createVerifiedPairs(() => 0)
  await pairs.check("a", "b:c", right())
  for (const [name, password] of [
    ["a:b", "c"],
    ["a", "b"],
    ["A", "b:c"],
  ] as const) {
    expect(await pairs.check(name, password, () => Promise.resolve(false))).toBe(false)
  }
})

it.each([
  ["wrong", () => Promise.resolve(false)],
  ["failed", () => Promise.reject(new Error("no"))],
])("forgets what was %s", async (_, verify) => {
  const pairs = createVerifiedPairs(() => 0)
  await pairs.check("a", "b", verify).catch(() => false)
  const again = right()
  expect(await pairs.check("a", "b", again)).toBe(true)
  expect(again).toHaveBeenCalledTimes(1)
})

it("asks again after five minutes, or when the users have changed", async () => {
  let now = 0
  const pairs = createVerifiedPairs(() => now)
  const verify = right()
  await pairs.check("a", "b", verify)
  now = 5 * 60_000 - 1
  await pairs.check("a", "b", verify)
  expect(verify).toHaveBeenCalledTimes(1)
  now++
  await pairs.check("a", "b", verify)
  expect(verify).toHaveBeenCalledTimes(2)
  pairs.clear()
  await pairs.check("a", "b", verify)
  expect(verify).toHaveBeenCalledTimes(3)
})

it("remembers a thousand pairs at most, the newest", async () => {
  const pairs = createVerifiedPairs(() => 0)
  for (let i = 0; i <= 1000; i++) await pairs.check(`user${i}`, "x", right())
  const [oldest, newest] = [right(), right()]
  await pairs.check("user1000", "x", newest)
  await pairs.check("user0", "x", oldest)
  expect(newest).not.toHaveBeenCalled()
  expect(oldest).toHaveBeenCalled()
})
