import { expect, test } from "vitest"
import { choosePartSize, MAX_PARTS } from "../../../src/storage/part-size.ts"

const MiB = 1024 * 1024
const partsOf = (size: number) => Math.max(1, Math.ceil(size / choosePartSize(size)))

test("an unknown size is cut at 15 MiB", () => {
  expect(choosePartSize(undefined)).toBe(15 * MiB)
})

test.for([
  [0, 1],
  [1, 1],
  [15 * MiB, 1],
  [30 * MiB - 1, 1],
  [30 * MiB, 2],
  [100 * MiB, 6],
  [10 * 1024 * MiB, 682],
])("%i bytes are %i parts", ([size, parts]) => {
  expect(partsOf(size ?? 0)).toBe(parts)
})

test("no part is short, and none is larger than two of the usual", () => {
  for (let size = 30 * MiB; size < 500 * MiB; size += 1_234_567) {
    const part = choosePartSize(size)
    const last = size - (partsOf(size) - 1) * part
    expect(part).toBeGreaterThanOrEqual(15 * MiB)
    expect(part).toBeLessThanOrEqual(30 * MiB)
    expect(part - last).toBeLessThan(partsOf(size))
  }
})

test("the largest objects stay below the limit of parts", () => {
  for (const size of [200, 1000, 48_000].map((gib) => gib * 1024 * MiB)) {
    expect(partsOf(size)).toBeLessThan(MAX_PARTS)
  }
})
