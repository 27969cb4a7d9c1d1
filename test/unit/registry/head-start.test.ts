import { randomBytes } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { setTimeout as sleep } from "node:timers/promises"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { RepositoryName } from "../../../src/oci/reference.ts"
import { type Line, withHeadStart } from "../../../src/registry/head-start.ts"
import type { Overflow } from "../../../src/registry/spool.ts"
import { openCopiedStaging } from "../../../src/registry/staging.ts"
import { openTempFile } from "../../../src/registry/temp-file.ts"
import { type StorageDriver, StorageError } from "../../../src/storage/driver.ts"
import { createMemoryDriver } from "../../../src/storage/memory.ts"
import { collect, MiB } from "../../support/bytes.ts"
import { keysOf } from "../../storage/contract/check.ts"

const NAME = "a" as RepositoryName
const ID = "0d6b7210-3a57-4d8a-9d0a-0123456789ab"
const KEY = "the/blob"
const SIZE = 12 * MiB
const bytes = randomBytes(SIZE)

/** A line of `rate` bytes a second, and what went over it. */
function over(rate: number, driver: StorageDriver, sent: Map<string, number>): StorageDriver {
  return {
    ...driver,
    async createUpload(key, options = {}) {
      const upload = await driver.createUpload(key, { ...options, onStored: undefined })
      const pass = async function* (source: AsyncIterable<Uint8Array>) {
        for await (const chunk of source) {
          await sleep((chunk.byteLength / rate) * 1000)
          sent.set(key, (sent.get(key) ?? 0) + chunk.byteLength)
          options.onStored?.(chunk.byteLength)
          yield chunk
        }
      }
      return {
        get size() {
          return upload.size
        },
        append: (source) => upload.append(pass(source)),
        commit: (how) => upload.commit(how),
        abort: () => upload.abort(),
        [Symbol.asyncDispose]: () => upload[Symbol.asyncDispose](),
      }
    },
  }
}

describe("a layer that is long in coming", () => {
  let directory: string
  let memory: StorageDriver
  let sent: Map<string, number>
  let line: Line
  let told: number
  let overflow: Overflow | undefined

  beforeEach(async () => {
    directory = await mkdtemp(`${tmpdir()}/oci-store-head-start-`)
    memory = createMemoryDriver()
    sent = new Map()
    line = { sending: 0, isWorthTrying: true }
    told = 0
  })
  afterEach(async () => {
    await overflow?.[Symbol.asyncDispose]()
    expect((await keysOf(memory, "")).filter((key) => key !== KEY)).toEqual([])
    expect(line.sending).toBe(0)
    await rm(directory, { recursive: true })
  })

  async function open(driver: StorageDriver, when = { from: MiB, after: 0, copies: 100 * MiB }) {
    const onStored = (count: number) => void (told += count)
    const file = await openTempFile({ driver, directory, onStored })
    const openAhead = (onStored: (bytes: number) => void) =>
      openCopiedStaging({ driver, name: NAME, id: ID, onStored })
    overflow = withHeadStart({ file, line, openStaging: openAhead, onStored, when })
    return overflow
  }

  /** One MiB every `pause` milliseconds. */
  async function come(overflow: Overflow, pause: number): Promise<void> {
    for (let start = 0; start < SIZE; start += MiB) {
      await overflow.append(bytes.subarray(start, start + MiB))
      await sleep(pause)
    }
  }

  async function isStored(): Promise<boolean> {
    return (await collect((await memory.read(KEY)).body)).equals(bytes)
  }

  const staged = () => [...sent].find(([key]) => key.includes("_uploads"))?.[1] ?? 0

  it("goes ahead over a slow line, and is moved", async () => {
    const overflow = await open(over(20 * MiB, memory, sent))
    await come(overflow, 20)
    expect(staged()).toBeGreaterThan(2 * MiB)
    expect(await overflow.store(KEY)).toBe(true)
    expect(await isStored()).toBe(true)
    expect(Object.fromEntries(sent)).toEqual({ [[...sent.keys()][0] ?? ""]: SIZE })
    expect(told).toBe(SIZE)
  })

  it("is sent when it is complete over a fast line, of which it is asked once", async () => {
    const overflow = await open(over(10_000 * MiB, memory, sent))
    await come(overflow, 5)
    expect(await overflow.store(KEY)).toBe(true)
    expect(await isStored()).toBe(true)
    expect(sent.get(KEY)).toBe(SIZE)
    expect(staged()).toBeLessThan(4 * MiB)
    expect({ line, told }).toEqual({ line: { sending: 0, isWorthTrying: false }, told: SIZE })
  })

  it("waits while something else is on its way", async () => {
    line.sending = 1
    const overflow = await open(over(20 * MiB, memory, sent))
    await come(overflow, 5)
    expect(staged()).toBe(0)
    line.sending = 0
    expect(await overflow.store(KEY)).toBe(true)
    expect(sent.get(KEY)).toBe(SIZE)
  })

  it("is sent when it is complete where it cannot go ahead", async () => {
    const denied = new StorageError("ACCESS_DENIED", "no", { driver: "test" })
    const driver: StorageDriver = {
      ...memory,
      async createUpload(key, options) {
        const upload = await memory.createUpload(key, options)
        return key.includes("_uploads")
          ? Object.assign(upload, { append: () => Promise.reject(denied) })
          : upload
      },
    }
    const overflow = await open(driver)
    await come(overflow, 5)
    expect(await overflow.store(KEY)).toBe(true)
    expect(await isStored()).toBe(true)
  })

  it("is sent when it is complete where the store does not move it", async () => {
    const slow = over(20 * MiB, memory, sent)
    const move = () => Promise.reject(new StorageError("UNAVAILABLE", "no", { driver: "test" }))
    const overflow = await open({ ...slow, move })
    await come(overflow, 20)
    expect(await overflow.store(KEY)).toBe(true)
    expect(await isStored()).toBe(true)
  })

  it.each<[string, Partial<StorageDriver>]>([
    [
      "nothing may be deleted",
      { delete: () => Promise.reject(new StorageError("ACCESS_DENIED", "no", { driver: "test" })) },
    ],
    [
      "what is deleted is kept",
      { write: async (...args) => ({ ...(await memory.write(...args)), version: "1" }) },
    ],
  ])("is sent when it is complete where %s", async (_, other) => {
    const overflow = await open({ ...over(20 * MiB, memory, sent), ...other })
    await come(overflow, 5)
    expect(await overflow.store(KEY)).toBe(true)
    expect(Object.fromEntries(sent)).toEqual({ [KEY]: SIZE })
    expect(line.isWorthTrying).toBe(false)
  })

  it("leaves nothing where it is given up on its way", async () => {
    const overflow = await open(over(10 * MiB, memory, sent))
    await overflow.append(bytes)
    await sleep(100)
    expect(await keysOf(memory, "")).not.toEqual([])
  })
})
