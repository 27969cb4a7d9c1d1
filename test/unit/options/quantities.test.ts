import { expect, it } from "vitest"
import { formatDuration, formatSize, parseBytes, parseDuration } from "../../../src/options/quantities.ts"

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

it.each([
  ["100ms", 100],
  ["1.5s", 1500],
  ["20m", 1_200_000],
  ["1h30m", 5_400_000],
  ["0s", 0],
  ["100", undefined],
  ["1d", undefined],
  [`${"9".repeat(20)}h`, undefined],
  ["s", undefined],
  ["1s 2", undefined],
  ["", undefined],
])("reads %j as %j milliseconds", (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds)
})

it.each([
  [1, "1ms"],
  [1500, "1500ms"],
  [60_000, "1m"],
  [5_400_000, "90m"],
])("writes %d milliseconds as %s, and reads it back", (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text)
  expect(parseDuration(text)).toBe(milliseconds)
})

it.each([
  [5 * 2 ** 20, "5MiB"],
  [5 * 2 ** 30, "5GiB"],
  [300 * 1024, "300KiB"],
  [1_000_001, "1000001"],
])("writes %d bytes in a way that can be given as %s", (bytes, text) => {
  expect(formatSize(bytes)).toBe(text)
  expect(parseBytes(text)).toBe(bytes)
})
