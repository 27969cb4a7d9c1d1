/**
 * What a value may be, as a check and in words.
 * @module
 */
import { formatDuration, formatSize } from "./quantities.ts"

export type ValueType = "boolean" | "count" | "string" | "list" | "number" | "bytes" | "duration"

/** Of numbers, bytes or milliseconds. */
interface Range {
  readonly least?: number
  readonly most?: number
  /** Only whole multiples. */
  readonly step?: number
}

interface Ranged {
  readonly type: ValueType
  readonly choices?: readonly string[] | undefined
  readonly range?: Range | undefined
}

/** Counting begins with one, unless said otherwise. */
const COUNTED = { least: 1 }

/** Whether a number is in its range; whatever is no number has none. */
export function isWithin(
  { type, range = type === "number" ? COUNTED : {} }: Ranged,
  value: unknown,
): boolean {
  const { least = 0, most = Infinity, step = 1 } = range
  return typeof value !== "number" || (value >= least && value <= most && value % step === 0)
}

/** Half a sentence: `a size from 5MiB to 5GiB, such as 16MiB`. */
export function describeRange({ type, choices, range }: Ranged): string {
  return choices ? `one of ${choices.join(", ")}` : WORDS[type](range)
}

const WORDS: Readonly<Record<ValueType, (range: Range | undefined) => string>> = {
  boolean: () => "true or false",
  count: () => "true or false",
  string: () => "text",
  list: () => "text",
  number: (range = COUNTED) => `a whole number${limits(range, String)}`,
  bytes: (range) =>
    range
      ? `a size${limits(range, formatSize)}, such as 16MiB`
      : "a size such as 96MiB, 100MB or plain bytes",
  duration: (range) => `a time${limits(range, formatDuration)}, such as 100ms, 5s or 1m30s`,
}

/** ` from 5MiB to 5GiB`, ` in multiples of 256KiB`. */
function limits({ least, most, step }: Range = {}, format: (value: number) => string): string {
  if (step !== undefined) return ` in multiples of ${format(step)}`
  if (least === undefined) return most === undefined ? "" : ` up to ${format(most)}`
  return ` from ${format(least)} ${most === undefined ? "on" : `to ${format(most)}`}`
}
