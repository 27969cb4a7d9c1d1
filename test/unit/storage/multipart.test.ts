import { describe, expect, test } from "vitest"
import { createMemoryBudget } from "../../../src/storage/budget.ts"
import {
  createMultipartUpload,
  type MultipartCalls,
  type MultipartOptions,
} from "../../../src/storage/multipart.ts"
import { chunksOf, patternedBytes, patternedChunks } from "../../support/bytes.ts"

const PART = 1000

/** A store that records what is asked of it, and does what the test wants. */
function createFakeStore(overrides: Partial<MultipartCalls<number>> = {}) {
  const log: string[] = []
  const parts = new Map<number, Buffer>()
  let sending = 0
  const store = {
    log,
    parts,
    mostSending: 0,
    object: undefined as Buffer | undefined,
    calls: {
      async put(body: Uint8Array) {
        log.push("put")
        store.object = Buffer.from(body)
      },
      async begin() {
        log.push("begin")
        return "id"
      },
      async putPart(_id: string, number: number, body: Uint8Array, signal: AbortSignal) {
        log.push(`part ${number}`)
        sending += 1
        store.mostSending = Math.max(store.mostSending, sending)
        await new Promise((resolve) => setImmediate(resolve))
        sending -= 1
        signal.throwIfAborted()
        parts.set(number, Buffer.from(body))
        return number
      },
      async complete(_id: string, numbers: readonly number[]) {
        log.push("complete")
        store.object = Buffer.concat(numbers.map((number) => parts.get(number) ?? Buffer.alloc(0)))
      },
      async abort() {
        log.push("abort")
        parts.clear()
      },
      ...overrides,
    } satisfies MultipartCalls<number>,
  }
  return store
}

const budgetOf = (parts: number) => createMemoryBudget(parts * PART)

const open = (calls: MultipartCalls<number>, options: Partial<MultipartOptions> = {}) =>
  createMultipartUpload(calls, { driver: "fake", key: "k", partSize: PART, budget: budgetOf(4), ...options })

describe("multipart upload", () => {
  test.for([
    [0, ["put"]],
    [1, ["put"]],
    [PART, ["put"]],
    [PART + 1, ["begin", "complete", "part 1", "part 2"]],
    [3 * PART, ["begin", "complete", "part 1", "part 2", "part 3"]],
  ] as const)("%i bytes of unknown size need %j", async ([size, expected]) => {
    const store = createFakeStore()
    const upload = open(store.calls)
    await upload.append(patternedChunks(size, 300))
    await upload.commit()
    expect(store.log.toSorted()).toEqual(expected)
    expect(store.object?.equals(patternedBytes(size))).toBe(true)
  })

  test("a known size below two parts is one put, in a buffer of that size", async () => {
    const store = createFakeStore()
    const budget = budgetOf(2)
    const size = 2 * PART - 1
    const upload = open(store.calls, { size, budget })
    await upload.append(patternedChunks(size))
    expect(budget.tryAcquire(1)).toBeDefined()
    await upload.commit()
    expect(store.log).toEqual(["put"])
  })

  test("parts are equal but for the last", async () => {
    const store = createFakeStore()
    const size = 6500
    const upload = open(store.calls, { size })
    await upload.append(patternedChunks(size, 700))
    await upload.commit()
    const lengths = [...store.parts.entries()].toSorted(([a], [b]) => a - b).map(([, { length }]) => length)
    expect(lengths).toEqual([1084, 1084, 1084, 1084, 1084, 1080])
  })

  test("parts are sent in parallel, within the budget, and all leases come back", async () => {
    const store = createFakeStore()
    const budget = budgetOf(3)
    const upload = open(store.calls, { budget })
    await upload.append(patternedChunks(20 * PART, 300))
    await upload.commit()
    expect(store.mostSending).toBe(3)
    expect(budget.tryAcquire(3 * PART)).toBeDefined()
  })

  test("uploads that share a budget of one part do not wait for each other for ever", async () => {
    const budget = budgetOf(1)
    const uploads = Array.from({ length: 5 }, async () => {
      const store = createFakeStore()
      const upload = open(store.calls, { budget })
      await upload.append(patternedChunks(3 * PART + 7, 300))
      await upload.commit()
      return store.object?.equals(patternedBytes(3 * PART + 7))
    })
    expect(await Promise.all(uploads)).toEqual(Array(5).fill(true))
  })

  test("what is acknowledged is told", async () => {
    const told: number[] = []
    const upload = open(createFakeStore().calls, { onStored: (bytes) => told.push(bytes) })
    await upload.append(patternedChunks(2 * PART + 5))
    await upload.commit()
    expect(told.toSorted((a, b) => a - b)).toEqual([5, PART, PART])
  })

  test("a failing part ends the source, cancels the others and aborts", async () => {
    const budget = budgetOf(4)
    let cancelled = 0
    const store = createFakeStore({
      async putPart(_id, number, _body, signal) {
        if (number === 2) throw new Error("part 2 failed")
        await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }))
        cancelled += 1
        throw signal.reason
      },
    })
    let ended = false
    const endless = async function* () {
      try {
        for (;;) yield Buffer.alloc(400)
      } finally {
        ended = true
      }
    }
    const upload = open(store.calls, { budget })
    await expect(upload.append(endless())).rejects.toThrow("part 2 failed")
    await expect(upload.commit()).rejects.toThrow("part 2 failed")
    expect(ended).toBe(true)
    expect(cancelled).toBeGreaterThan(0)
    expect(store.log).toEqual(["begin", "abort"])
    expect(budget.tryAcquire(4 * PART)).toBeDefined()
  })

  test("a failing begin is the first error, and there is nothing to abort", async () => {
    const store = createFakeStore({ begin: () => Promise.reject(new Error("no begin")) })
    const upload = open(store.calls)
    await upload.append(patternedChunks(3 * PART)).catch(() => undefined)
    await expect(upload.commit()).rejects.toThrow("no begin")
    expect(store.log).toEqual([])
  })

  test("a failing complete aborts, and a denied abort hides nothing", async () => {
    const budget = budgetOf(4)
    const store = createFakeStore({
      complete: () => Promise.reject(new Error("no complete")),
      abort: () => Promise.reject(new Error("abort denied")),
    })
    const upload = open(store.calls, { budget })
    await upload.append(patternedChunks(2 * PART))
    await expect(upload.commit()).rejects.toThrow("no complete")
    await upload.abort()
    expect(budget.tryAcquire(4 * PART)).toBeDefined()
  })

  test("an abort while a begin is on its way waits for the id", async () => {
    const { promise, resolve } = Promise.withResolvers<string>()
    const store = createFakeStore({ begin: () => promise })
    const upload = open(store.calls)
    await upload.append(patternedChunks(PART + 1))
    const aborted = upload.abort()
    resolve("late")
    await aborted
    expect(store.log).toEqual(["abort"])
  })

  test("a signal frees who waits for memory", async () => {
    const budget = budgetOf(1)
    const held = await budget.acquire(PART)
    const controller = new AbortController()
    const upload = open(createFakeStore().calls, { budget, signal: controller.signal })
    const appending = upload.append(chunksOf("x"))
    controller.abort(new Error("the client left"))
    await expect(appending).rejects.toThrow("the client left")
    held[Symbol.dispose]()
    expect(budget.tryAcquire(PART)).toBeDefined()
  })

  test("too many parts are an invalid upload, in words", async () => {
    const store = createFakeStore({ putPart: async (_id, number) => number })
    const upload = open(store.calls, { partSize: 1 })
    const appending = upload.append(chunksOf(new Uint8Array(10_002)))
    await expect(appending).rejects.toMatchObject({
      code: "UPLOAD_INVALID",
      message: expect.stringContaining("10000 parts"),
    })
    await expect(upload.commit()).rejects.toMatchObject({ code: "UPLOAD_INVALID" })
    expect(store.log.at(-1)).toBe("abort")
  })

  test("ten thousand parts are not too many", async () => {
    const store = createFakeStore({ putPart: async (_id, number) => number })
    const upload = open(store.calls, { partSize: 1 })
    await upload.append(chunksOf(new Uint8Array(10_000)))
    await upload.commit()
    expect(store.log).toEqual(["begin", "complete"])
  })
})
