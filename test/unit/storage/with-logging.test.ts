import { expect, test } from "vitest"
import { createMemoryDriver } from "../../../src/storage/memory.ts"
import { withLogging, type DriverCall } from "../../../src/storage/with-logging.ts"
import { chunksOf } from "../../support/bytes.ts"
import { keysOf } from "../../storage/contract/check.ts"

test("every call is told with key, bytes and outcome", async () => {
  const calls: DriverCall[] = []
  const driver = withLogging(createMemoryDriver(), (call) => calls.push(call))
  await driver.stat("a")
  await driver.write("a", Buffer.from("12345"))
  await driver.stat("a")
  await driver.read("a", { range: { start: 1, end: 2 } })
  await driver.write("a", Buffer.from("x"), { ifAbsent: true }).catch(() => undefined)
  await driver.move("a", "b")
  await keysOf(driver, "")
  {
    await using upload = await driver.createUpload("c")
    await upload.append(chunksOf("123"))
    await upload.commit()
  }
  {
    await using upload = await driver.createUpload("d")
    await upload.append(chunksOf("12"))
  }
  await driver.delete(["b", "c"])
  expect(calls.every(({ driver, milliseconds }) => driver === "memory" && milliseconds >= 0)).toBe(true)
  expect(calls.map(({ operation, key, bytes, outcome }) => [operation, key, bytes, outcome])).toEqual([
    ["stat", "a", undefined, "absent"],
    ["write", "a", 5, "done"],
    ["stat", "a", undefined, "done"],
    ["read", "a", 2, "done"],
    ["write", "a", undefined, "PRECONDITION_FAILED"],
    ["move", "a", undefined, "done"],
    ["list", "", undefined, "done"],
    ["commit", "c", 3, "done"],
    ["abort", "d", 2, "done"],
    ["delete", "b", undefined, "done"],
  ])
})

test("capabilities are those of the driver", async () => {
  const driver = createMemoryDriver()
  const capable = { ...driver, explainAbsence: async (prefix: string) => `${prefix} is elsewhere` }
  expect(withLogging(driver, () => undefined)).not.toHaveProperty("staleUploads")
  expect(withLogging(driver, () => undefined)).not.toHaveProperty("explainAbsence")
  expect(withLogging(driver, () => undefined)).not.toHaveProperty("presignRead")
  const url = new URL("https://images.example.com/a?signature")
  const signing = withLogging({ ...driver, presignRead: async () => url }, () => expect.unreachable())
  expect(await signing.presignRead?.("a", { lifetime: 1000 })).toBe(url)
  expect(await withLogging(capable, () => undefined).explainAbsence?.("a/")).toBe("a/ is elsewhere")
})
