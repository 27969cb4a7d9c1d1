import { expect, test } from "vitest"
import { CONDITIONS_CHECK } from "../../../src/doctor/conditions.ts"
import { DELETE_CHECK, WRITE_CHECK } from "../../../src/doctor/permissions.ts"
import { ExaminedStore } from "../../../src/doctor/store.ts"
import { StorageError, type StorageDriver } from "../../../src/storage/driver.ts"
import { DRIVERS } from "../../../src/storage/drivers.ts"
import { createMemoryDriver } from "../../../src/storage/memory.ts"

const [backend] = DRIVERS
const { signal } = new AbortController()

/** A store that differs from one in memory in how it writes. */
const storeWith = (write: (memory: StorageDriver) => StorageDriver["write"]) => {
  const memory = createMemoryDriver()
  return storeOn({ ...memory, write: write(memory) })
}

function storeOn(driver: StorageDriver): ExaminedStore {
  if (!backend) throw new Error("There are no drivers.")
  const options = { options: {}, origins: {}, env: {}, repository: undefined, readOnly: false }
  return new ExaminedStore({ ...options, backend, location: "images", open: async () => driver })
}

async function findingOf(store: ExaminedStore) {
  await WRITE_CHECK.run(store, signal)
  const [finding] = await CONDITIONS_CHECK.run(store, signal)
  return finding
}

test("a store that keeps conditions is told from those that take them and write all the same", async () => {
  const rows = [
    [(memory: StorageDriver) => memory.write, "ok", /create-only and compare-and-swap/],
    [
      (memory: StorageDriver): StorageDriver["write"] =>
        (key, body) =>
          memory.write(key, body),
      "warning",
      /ignored by the server \(create-only, compare-and-swap\)/,
    ],
    [
      (memory: StorageDriver): StorageDriver["write"] =>
        (key, body, { ifAbsent = false } = {}) =>
          memory.write(key, body, { ifAbsent }),
      "warning",
      /ignored by the server \(compare-and-swap\)/,
    ],
  ] as const
  for (const [write, level, text] of rows) {
    await using store = storeWith(write)
    expect(await findingOf(store)).toMatchObject({ level, text: expect.stringMatching(text) })
    expect(await DELETE_CHECK.run(store, signal)).toMatchObject([{ level: "ok" }])
  }
})

test("a store that lets write once and never replace says what that means", async () => {
  await using store = storeWith((memory) => async (key, body, options) => {
    if (await memory.stat(key)) throw new StorageError("ACCESS_DENIED", "No delete.", { driver: "memory" })
    return memory.write(key, body, options)
  })
  expect(await findingOf(store)).toMatchObject({
    level: "warning",
    text: expect.stringContaining("cannot be moved"),
  })
})

test("a store that never replaces nor deletes is not taken for one that cannot be written to, a second time", async () => {
  const memory = createMemoryDriver()
  const deny = (): never => {
    throw new StorageError("ACCESS_DENIED", "No delete.", { driver: "memory" })
  }
  const driver: StorageDriver = {
    ...memory,
    delete: async () => deny(),
    write: async (key, body, options) =>
      (await memory.stat(key)) ? deny() : memory.write(key, body, options),
    async [Symbol.asyncDispose]() {},
  }
  const visit = async () => {
    await using store = storeOn(driver)
    return (await WRITE_CHECK.run(store, signal))[0]
  }
  expect(await visit()).toMatchObject({ level: "ok" })
  expect(await visit()).toMatchObject({
    level: "warning",
    text: expect.stringContaining("an earlier doctor left there"),
  })
})
