import { expect, it } from "vitest"
import { parseBytes } from "../../src/sizes.ts"

it.each([
  ["512", 512],
  ["96MiB", 96 * 2 ** 20],
  ["96 mib", 96 * 2 ** 20],
  ["64m", 64 * 2 ** 20],
  ["100MB", 100e6],
  ["1.5GiB", 1.5 * 2 ** 30],
  ["2k", 2048],
  ["12b", 12],
  ["", undefined],
  ["lots", undefined],
  ["-1", undefined],
  ["1e6", undefined],
  ["5 apples", undefined],
  ["99999999999GB", undefined],
])("reads %j as %s", (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes)
})
