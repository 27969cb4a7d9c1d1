import { beforeEach, describe, expect, it } from "vitest"
import type { RepositoryName } from "../../../src/oci/reference.ts"
import { blobData, layoutRoot, uploadData, uploadsRoot, uploadStarted } from "../../../src/registry/layout.ts"
import { type StaleUpload, type StorageDriver, StorageError } from "../../../src/storage/driver.ts"
import { createMemoryDriver } from "../../../src/storage/memory.ts"
import { prune, type PruneEvent, type PruneOptions } from "../../../src/upkeep/prune.ts"
import { APP, contents, plantStore } from "../../support/planted-store.ts"

const ID = "6f2c1d0e-8f60-4f0b-9d7c-2f1f3f0a9b11"
const OTHER_ID = "018f2c1d-8f60-7f0b-9d7c-2f1f3f0a9b11"
const OLD = "2026-01-01T00:00:00Z"
const ROOT = `${uploadsRoot(APP)}${ID}/`

/** What was written in this test is before it. */
const later = () => new Date(Date.now() + 60_000)
const earlier = () => new Date(Date.now() - 60_000)

let driver: StorageDriver
let before: string[]

const keys = async () => {
  const all: string[] = []
  for await (const { key } of driver.list("")) all.push(key)
  return all
}
const put = (key: string, text: string) => driver.write(key, Buffer.from(text))
const run = (options: Partial<PruneOptions> = {}) =>
  prune({ driver, olderThan: later(), remove: true, ...options })

beforeEach(async () => {
  driver = createMemoryDriver()
  await plantStore(driver)
  before = await keys()
})

describe("upload directories", () => {
  beforeEach(async () => {
    await put(uploadStarted(APP, ID), OLD)
    await put(uploadData(APP, ID), "twelve bytes")
    await put(`${ROOT}hashstates/sha256/0`, "state")
  })

  it("are listed, with their bytes, and stay in a dry run", async () => {
    const all = await keys()
    const { leftovers, denied } = await run({ remove: false })
    expect(leftovers).toEqual([
      { kind: "session", key: ROOT, started: new Date(OLD), bytes: 37, removed: false },
    ])
    expect(denied).toBeUndefined()
    expect(await keys()).toEqual(all)
  })

  it("are removed whole, their time last, and nothing else is touched", async () => {
    const deleted: string[] = []
    const noting: StorageDriver = {
      ...driver,
      async delete(some, options) {
        deleted.push(...[some].flat())
        await driver.delete(some, options)
      },
    }
    await run({ driver: noting })
    expect(deleted.at(-1)).toBe(uploadStarted(APP, ID))
    expect(deleted.every((key) => key.startsWith(ROOT))).toBe(true)
    expect(await keys()).toEqual(before)
    expect(await run()).toEqual({ leftovers: [], denied: undefined })
  })

  it.each([
    [
      "whose start is young",
      uploadStarted(APP, ID),
      () => new Date(Date.now() + 3_600_000).toISOString(),
      later,
    ],
    ["that something was written to of late", uploadData(APP, ID), () => "more", earlier],
  ])("stay %s", async (_, key, text, olderThan) => {
    await put(key, text())
    const all = await keys()
    expect((await run({ olderThan: olderThan() })).leftovers).toEqual([])
    expect(await keys()).toEqual(all)
  })

  it.each([
    ["no time", undefined],
    ["a time that is none", "soon"],
    ["a time of a megabyte", "2".repeat(2 ** 20)],
  ])("with %s are as old as their newest object", async (_, time) => {
    await (time === undefined ? driver.delete(uploadStarted(APP, ID)) : put(uploadStarted(APP, ID), time))
    expect((await run({ olderThan: earlier() })).leftovers).toEqual([])
    expect((await run()).leftovers).toMatchObject([{ kind: "session", key: ROOT, removed: true }])
    expect(await keys()).toEqual(before)
  })

  it("of which the store does not tell the age stay", async () => {
    const ageless: StorageDriver = {
      ...driver,
      async *list(prefix, options) {
        for await (const { key, size } of driver.list(prefix, options)) {
          yield size === undefined ? { key } : { key, size }
        }
      },
    }
    expect((await run({ driver: ageless })).leftovers).toEqual([])
  })

  it("are found in a repository that has nothing else, and below another's name", async () => {
    const name = "team/app/nested" as RepositoryName
    await put(uploadStarted(name, OTHER_ID), OLD)
    const found = (await run({ remove: false })).leftovers.map(({ key }) => key)
    expect(found).toEqual([ROOT, `${uploadsRoot(name)}${OTHER_ID}/`])
  })
})

it.each([
  ["names that no upload has", `${uploadsRoot(APP)}notes/data`],
  ["objects beside the directories", `${uploadsRoot(APP)}${ID}`],
  ["what is outside the layout", `elsewhere/_uploads/${ID}/data`],
  ["what is below no repository's name", `${layoutRoot}repositories/Upper/_uploads/${ID}/data`],
])("leaves %s", async (_, key) => {
  await put(key, "x")
  expect((await run()).leftovers).toEqual([])
  expect(await keys()).toContain(key)
})

describe("unfinished uploads", () => {
  const key = blobData(contents.v1.root.digest)
  const aborted: string[] = []
  let asked: { prefix: string; olderThan: Date } | undefined

  const keeping = (uploads: readonly Partial<StaleUpload>[]): StorageDriver => ({
    ...driver,
    async *staleUploads(prefix, olderThan) {
      asked = { prefix, olderThan }
      for (const upload of uploads) {
        yield { key, started: new Date(OLD), abort: async () => void aborted.push(key), ...upload }
      }
    },
  })
  const refused = () => Promise.reject(new StorageError("ACCESS_DENIED", "No.", { driver: "memory" }))

  beforeEach(() => {
    aborted.length = 0
  })

  it("are asked of the layout only, of the age that was said", async () => {
    const olderThan = new Date(OLD)
    await run({ driver: keeping([]), olderThan })
    expect(asked).toEqual({ prefix: "docker/registry/v2/", olderThan })
  })

  it("are aborted, and their bytes said where the store tells", async () => {
    const uploads = [{ bytes: async () => 7 }, {}]
    const { leftovers } = await run({ driver: keeping(uploads) })
    expect(leftovers.map(({ kind, bytes, removed }) => [kind, bytes, removed])).toEqual([
      ["unfinished", 7, true],
      ["unfinished", undefined, true],
    ])
    expect(aborted).toEqual([key, key])
  })

  it("stay in a dry run", async () => {
    const { leftovers } = await run({ driver: keeping([{}]), remove: false })
    expect(leftovers).toMatchObject([{ removed: false }])
    expect(aborted).toEqual([])
  })

  it("that may not be listed are a warning, and the rest is pruned", async () => {
    await put(uploadStarted(APP, ID), OLD)
    const blind: StorageDriver = {
      ...driver,
      // eslint-disable-next-line require-yield -- the first request is denied
      async *staleUploads() {
        await refused()
      },
    }
    const events: PruneEvent[] = []
    const { leftovers } = await run({ driver: blind, onEvent: (event) => events.push(event) })
    expect(leftovers).toMatchObject([{ key: ROOT, removed: true }])
    expect(events.at(-1)).toEqual({ type: "warning", text: "Unfinished uploads are not found: No." })
  })

  it("that may not be aborted are asked for once, and do not keep the others", async () => {
    await put(uploadStarted(APP, ID), OLD)
    let attempts = 0
    const abort = () => {
      attempts += 1
      return refused()
    }
    const { leftovers, denied } = await run({ driver: keeping([{ abort }, { abort }]) })
    expect(leftovers.map(({ removed }) => removed)).toEqual([true, false, false])
    expect(denied).toMatchObject({ code: "ACCESS_DENIED" })
    expect(attempts).toBe(1)
  })
})
