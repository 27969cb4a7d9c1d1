/**
 * Promises about listing.
 * @module
 */
import { expect } from "vitest"
import type { StorageDriver } from "../../../src/storage/driver.ts"
import { entries, keysOf, removing, type Check } from "./check.ts"

/** In code-unit order: `-` and `.` come before `/`, digits and letters after it. */
const ORDERED = ["l/a-b", "l/a.b", "l/a/b", "l/a/c/d", "l/a0", "l/b/a", "l/b1", "l/c"]

const withObjects =
  (run: (driver: StorageDriver) => Promise<void>): Check =>
  ({ driver }) =>
    removing(driver, ORDERED, async () => {
      for (const key of ORDERED.toReversed()) await driver.write(key, Buffer.from(key))
      await run(driver)
    })

export const checks: Readonly<Record<string, Check>> = {
  "listing gives keys in code-unit order, with size and time": withObjects(async (driver) => {
    expect(await keysOf(driver, "l/")).toEqual(ORDERED)
    const [first] = await entries(driver, "l/")
    expect(first).toMatchObject({ key: "l/a-b", size: 5 })
    expect(first?.modified).toBeInstanceOf(Date)
  }),

  "a prefix may end anywhere": withObjects(async (driver) => {
    expect(await keysOf(driver, "l/a")).toEqual(ORDERED.slice(0, 5))
    expect(await keysOf(driver, "l/a/")).toEqual(["l/a/b", "l/a/c/d"])
    expect(await keysOf(driver, "l/a/c/d")).toEqual(["l/a/c/d"])
    expect(await keysOf(driver, "l/x")).toEqual([])
    expect(await keysOf(driver, "x/y/")).toEqual([])
    expect(await keysOf(driver, "")).toEqual(expect.arrayContaining(ORDERED))
  }),

  "a delimiter folds what lies deeper": withObjects(async (driver) => {
    const options = { delimiter: "/" } as const
    expect(await keysOf(driver, "l/", options)).toEqual([
      "l/a-b",
      "l/a.b",
      "l/a/",
      "l/a0",
      "l/b/",
      "l/b1",
      "l/c",
    ])
    expect(await keysOf(driver, "l/a/", options)).toEqual(["l/a/b", "l/a/c/"])
    expect(await keysOf(driver, "l/b", options)).toEqual(["l/b/", "l/b1"])
    expect((await entries(driver, "l/a/", options)).map(({ size }) => size)).toEqual([5, undefined])
  }),

  "startAfter leaves out a key and all before it": withObjects(async (driver) => {
    for (let i = 0; i < ORDERED.length; i += 1) {
      const startAfter = ORDERED[i] ?? ""
      expect(await keysOf(driver, "l/", { startAfter }), startAfter).toEqual(ORDERED.slice(i + 1))
    }
    expect(await keysOf(driver, "l/", { startAfter: "l/a/bb" })).toEqual(ORDERED.slice(3))
    expect(await keysOf(driver, "l/", { startAfter: "k" })).toEqual(ORDERED)
    expect(await keysOf(driver, "l/", { startAfter: "m" })).toEqual([])
  }),

  "startAfter goes on after a folded entry": withObjects(async (driver) => {
    expect(await keysOf(driver, "l/", { delimiter: "/", startAfter: "l/a/" })).toEqual([
      "l/a0",
      "l/b/",
      "l/b1",
      "l/c",
    ])
  }),

  "listing goes on beyond a thousand keys": ({ driver }) => {
    const keys = Array.from({ length: 1005 }, (_, i) => `many/${String(i).padStart(4, "0")}`)
    return removing(driver, keys, async () => {
      for (let i = 0; i < keys.length; i += 50) {
        await Promise.all(keys.slice(i, i + 50).map((key) => driver.write(key, Buffer.from("x"))))
      }
      expect(await keysOf(driver, "many/")).toEqual(keys)
    })
  },

  "a deleted folder is no entry": ({ driver }) =>
    removing(driver, ["f/a/b/c", "f/d"], async () => {
      await driver.write("f/a/b/c", Buffer.from("x"))
      await driver.write("f/d", Buffer.from("x"))
      await driver.delete("f/a/b/c")
      expect(await keysOf(driver, "f/", { delimiter: "/" })).toEqual(["f/d"])
    }),
}
