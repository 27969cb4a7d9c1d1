import { expect, test } from "vitest"
import { atLeast, negotiateVersion } from "../../../src/docker/version.ts"

test.each([
  ["Debian's engine 20.10", "1.41", "1.12", "1.41"],
  ["engine 29", "1.52", "1.44", "1.52"],
  ["an engine newer than this program", "1.56", "1.40", "1.52"],
  ["an engine that has given up what this program knows", "2.3", "1.99", "1.99"],
  ["an engine that does not say how old it goes", "1.56", undefined, "1.52"],
])("%s", (_, newest, oldest, expected) => {
  expect(negotiateVersion({ newest, oldest })).toBe(expected)
})

test("versions compare by number", () => {
  expect(atLeast("1.41", "1.9")).toBe(true)
  expect(atLeast("1.9", "1.41")).toBe(false)
  expect(atLeast("1.46", "1.46")).toBe(true)
  expect(atLeast("2.0", "1.46")).toBe(true)
})
