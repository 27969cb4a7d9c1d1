import { randomFillSync } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"
import { Readable } from "node:stream"
import { describe, expect, it } from "vitest"
import { createMemoryBudget } from "../../../src/storage/budget.ts"
import { PIECE, readAhead } from "../../../src/storage/read-ahead.ts"
import { collect } from "../../support/bytes.ts"

const LENGTH = 5 * PIECE + 12_345
/** Milliseconds between the chunks of the first piece, for a store that is slow. */
const SLOW = 2
const object = randomFillSync(Buffer.alloc(LENGTH))

interface Trial {
  readonly limit?: number
  /** Milliseconds before a piece comes, by its number. */
  readonly delay?: (piece: number) => number
  readonly failing?: number
  readonly isFast?: boolean
}

function start({ limit = 20 * PIECE, delay = () => 0, failing, isFast = false }: Trial = {}) {
  const budget = createMemoryBudget(limit)
  const open: (readonly number[])[] = []
  let most = 0
  let running = 0
  const first = Readable.from(chunksOf(0, PIECE, isFast ? 0 : SLOW), { objectMode: false })
  const body = readAhead(first, {
    length: LENGTH,
    first: PIECE,
    budget,
    async open(from, to, signal) {
      open.push([from / PIECE, Math.ceil(to / PIECE)])
      most = Math.max(most, ++running)
      await sleep(delay(from / PIECE), undefined, { signal })
      if (from / PIECE === failing) throw new Error("no more of it")
      return Readable.from(chunksOf(from, to), { objectMode: false }).once("end", () => running--)
    },
  })
  return { body, budget, open, most: () => most }
}

async function* chunksOf(start: number, end: number, delay = 0): AsyncGenerator<Buffer, void> {
  for (let at = start; at < end; at += 65_536) {
    if (delay > 0) await sleep(delay)
    yield object.subarray(at, Math.min(at + 65_536, end))
  }
}

/** Nothing is held any more. */
function isFree(budget: ReturnType<typeof createMemoryBudget>): boolean {
  return budget.tryReserve(budget.limit) !== undefined
}

describe("a large object", () => {
  it.each<[string, Trial]>([
    ["all at once", {}],
    ["the later the sooner", { delay: (piece) => 50 - piece * 10 }],
    ["with room for two pieces", { limit: 2 * PIECE }],
    ["with no room at all", { limit: 10 }],
  ])("arrives in order: %s", async (_, trial) => {
    const { body, budget, open } = start(trial)
    expect((await collect(body)).equals(object)).toBe(true)
    expect(open.map(([from]) => from)).toEqual([1, 2, 3, 4, 5])
    expect(isFree(budget)).toBe(true)
  })

  it("comes by one more request from a store that is fast", async () => {
    const { body, open } = start({ isFast: true })
    expect((await collect(body)).equals(object)).toBe(true)
    expect(open).toEqual([[1, 6]])
  })

  it("is fetched over several connections, as many as there is room for", async () => {
    const wide = start({ delay: () => 20 })
    await collect(wide.body)
    expect(wide.most()).toBeGreaterThan(3)
    const narrow = start({ delay: () => 20, limit: 10 })
    await collect(narrow.body)
    expect(narrow.most()).toBe(1)
  })

  it("holds no more than its pieces for a reader who pauses", async () => {
    const { body, budget, open } = start({ limit: 2 * PIECE })
    const reader = body[Symbol.asyncIterator]()
    for (let read = 0; read <= PIECE;) read += ((await reader.next()).value as Buffer).length
    await sleep(100)
    expect(open.map(([from]) => from)).toEqual([1, 2])
    expect(isFree(budget)).toBe(false)
    body.destroy()
    await sleep(0)
    expect(isFree(budget)).toBe(true)
  })

  it("fails with the piece that fails, and holds nothing then", async () => {
    const { body, budget } = start({ failing: 3 })
    await expect(collect(body)).rejects.toThrow("no more of it")
    expect(isFree(budget)).toBe(true)
  })
})
