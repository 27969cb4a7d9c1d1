import { Readable } from "node:stream"
import { describe, expect, test } from "vitest"
import { resumingBody, type ResumeOptions } from "../../../src/storage/resume.ts"
import { collect, patternedBytes } from "../../support/bytes.ts"
import { createFakeClock } from "./fake-clock.ts"

const BYTES = patternedBytes(300_000)
const policy = { attempts: 3, firstDelay: 100, longestDelay: 1000, patience: 1000 }

/** The bytes from an offset on, which break after some; without an error when `silently`. */
function connection(offset: number, breakAfter = Infinity, silently = false): Readable {
  const end = Math.min(BYTES.length, offset + breakAfter)
  async function* chunks() {
    for (let start = offset; start < end; start += 10_000) {
      yield BYTES.subarray(start, Math.min(end, start + 10_000))
    }
    if (end < BYTES.length && !silently) throw new Error("connection reset")
  }
  return Readable.from(chunks(), { objectMode: false })
}

function open(first: Readable, reopen: ResumeOptions["reopen"]) {
  const clock = createFakeClock(0.5)
  const describe = (error: unknown) => new Error("gave up", { cause: error })
  return { clock, body: resumingBody(first, { length: BYTES.length, reopen, describe, policy, clock }) }
}

describe("resuming body", () => {
  test("a connection that holds is read through", async () => {
    const { body } = open(connection(0), () => Promise.reject(new Error("not needed")))
    expect((await collect(body)).equals(BYTES)).toBe(true)
  })

  test.for([false, true])("goes on from where it broke (silently: %s)", async (silently) => {
    const offsets: number[] = []
    const { body } = open(connection(0, 77_777, silently), async (offset) => {
      offsets.push(offset)
      return connection(offset, 100_000, silently)
    })
    expect((await collect(body)).equals(BYTES)).toBe(true)
    expect(offsets).toEqual([77_777, 177_777, 277_777])
  })

  test("gives up after so many connections without a byte", async () => {
    const { body, clock } = open(connection(0, 50_000), async (offset) => connection(offset, 0))
    await expect(collect(body)).rejects.toMatchObject({
      message: "gave up",
      cause: { message: "connection reset" },
    })
    expect(clock.slept).toEqual([50, 100])
  })

  test("every byte renews the hope", async () => {
    let reopened = 0
    const { body } = open(connection(0, 1), async (offset) => {
      reopened += 1
      return connection(offset, reopened % 2 === 0 ? 0 : 30_000)
    })
    expect((await collect(body)).equals(BYTES)).toBe(true)
    expect(reopened).toBeGreaterThan(policy.attempts)
  })

  test("what reopening rejects with is final", async () => {
    const { body } = open(connection(0, 1), () => Promise.reject(new Error("it has changed")))
    await expect(collect(body)).rejects.toThrow("it has changed")
  })

  test("an error after the last byte is final", async () => {
    async function* chunks() {
      yield BYTES
      throw new Error("checksum mismatch")
    }
    const { body } = open(Readable.from(chunks(), { objectMode: false }), async () => connection(0))
    await expect(collect(body)).rejects.toMatchObject({ cause: { message: "checksum mismatch" } })
  })

  test("a connection that breaks while nobody reads is reopened when somebody does", async () => {
    let reopened = 0
    const first = connection(0)
    const { body } = open(first, async (offset) => {
      reopened += 1
      return connection(offset)
    })
    body.once("readable", () => undefined)
    await new Promise((resolve) => setTimeout(resolve, 20))
    first.destroy(new Error("idle for too long"))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(reopened).toBe(0)
    expect((await collect(body)).equals(BYTES)).toBe(true)
    expect(reopened).toBe(1)
  })

  test("destroying it destroys the connection", async () => {
    const first = connection(0)
    const { body } = open(first, async (offset) => connection(offset))
    body.destroy()
    await new Promise((resolve) => setImmediate(resolve))
    expect(first.destroyed).toBe(true)
  })

  test("destroying it while a connection is being opened destroys that one too", async () => {
    const { promise, resolve } = Promise.withResolvers<Readable>()
    const { body } = open(connection(0, 0), () => promise)
    body.resume()
    await new Promise((resolve) => setTimeout(resolve, 5))
    body.destroy()
    const late = connection(0)
    resolve(late)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(late.destroyed).toBe(true)
  })
})
