import { setTimeout as sleep } from "node:timers/promises"
import { beforeEach, expect, it } from "vitest"
import { ahead } from "../../../src/registry/ahead.ts"

const LIMIT = 3

let running: number
let most: number
let ended: number
beforeEach(() => {
  running = 0
  most = 0
  ended = 0
})

/** Takes a moment for its first item, as a listing does. */
async function* source(items: readonly string[]): AsyncGenerator<string> {
  running += 1
  most = Math.max(most, running)
  try {
    await sleep(5)
    running -= 1
    yield* items
  } finally {
    ended += 1
  }
}

async function all(items: AsyncIterable<string>): Promise<readonly string[]> {
  const found: string[] = []
  for await (const item of items) found.push(item)
  return found
}

async function* sources(...lists: readonly (readonly string[])[]) {
  for (const list of lists) yield source(list)
}

/** One level below the other, as directories are. */
async function* nested() {
  for (const name of ["a", "b", "c", "d"])
    yield ahead(sources([`${name}1`], [], [`${name}2`, `${name}3`]), LIMIT)
}

it("keeps the order, and begins no more than it may beside the one that is read", async () => {
  const found = await all(ahead(sources(["1", "2"], [], ["3"], ["4"], ["5"], ["6"]), LIMIT))
  expect(found).toEqual(["1", "2", "3", "4", "5", "6"])
  expect(most).toBe(4)
  expect(ended).toBe(6)
})

it("shares what it may with those below it", async () => {
  const found = await all(ahead(nested(), LIMIT))
  expect(found).toEqual(["a", "b", "c", "d"].flatMap((name) => [1, 2, 3].map((each) => `${name}${each}`)))
  expect(most).toBeLessThanOrEqual(4)
  expect(ended).toBe(12)
})

it("ends what was begun where nobody wants more", async () => {
  const six = sources(["1"], ["2"], ["3"], ["4"], ["5"], ["6"])
  for await (const item of ahead(six, LIMIT)) if (item === "2") break
  expect(ended).toBe(5)
})

it("throws in its turn", async () => {
  async function* failing(): AsyncGenerator<string> {
    yield await Promise.reject(new Error("no"))
  }
  async function* three() {
    yield source(["1"])
    yield failing()
    yield source(["2"])
  }
  const found: string[] = []
  const read = async () => {
    for await (const item of ahead(three(), LIMIT)) found.push(item)
  }
  await expect(read()).rejects.toThrow("no")
  expect(found).toEqual(["1"])
})
