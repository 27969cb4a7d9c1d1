import { expect, it } from "vitest"
import { formatBytes, formatCount, formatSeconds } from "../../../src/cli/units.ts"

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [45_249_000, "45.2 MB"],
  [450_000_000, "450 MB"],
  [2_340_000_000, "2.3 GB"],
  [5e15, "5000 TB"],
  [0.4, "0 B"],
  [1234.5, "1.2 kB"],
  [12.7, "13 B"],
  [999.7, "1.0 kB"],
  [999_960, "1.0 MB"],
])("writes %d bytes as %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

it.each([
  [0.04, "0.0 s"],
  [3.42, "3.4 s"],
  [59.96, "1 min 00 s"],
  [125, "2 min 05 s"],
])("writes %d seconds as %s", (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text)
})

it("counts", () => {
  expect([formatCount(0, "blob"), formatCount(1, "blob"), formatCount(2, "blob")]).toEqual([
    "0 blobs",
    "1 blob",
    "2 blobs",
  ])
})
