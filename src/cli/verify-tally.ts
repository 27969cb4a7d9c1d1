/**
 * How far a verification is.
 * @module
 */
import type { VerifyEvent } from "../upkeep/events.ts"
import { formatBytes, formatCount } from "./units.ts"

interface Count {
  readonly objects: number
  readonly bytes: number
}

export interface VerifyTally {
  add(event: VerifyEvent): void
  /** As a line: `Checked 12 of 30 objects, 1.2 GB of 3.4 GB, 80.0 MB/s`. */
  line(): string
  /** Objects whose bytes were looked at now. */
  checked(): Count
  /** Objects that were found good before. */
  known(): Count
  seconds(): number
}

export function createVerifyTally(): VerifyTally {
  const started = performance.now()
  const found = { objects: 0, bytes: 0 }
  const checked = { objects: 0, bytes: 0 }
  const known = { objects: 0, bytes: 0 }
  let read = 0

  const seconds = () => Math.round(performance.now() - started) / 1000

  return {
    add(event) {
      if (event.type === "read") read += event.bytes
      const count = event.type === "found" ? found : event.type === "checked" ? countOf(event) : undefined
      if (!count || !("bytes" in event)) return
      count.objects += 1
      count.bytes += event.bytes
    },
    line() {
      const done = checked.objects + known.objects
      const rate = seconds() > 0 ? `, ${formatBytes(read / seconds())}/s` : ""
      // With --quick little is read, and looked at all the same.
      const bytes = `${formatBytes(Math.max(read, checked.bytes) + known.bytes)} of ${formatBytes(found.bytes)}`
      return `Checked ${done} of ${formatCount(found.objects, "object")}, ${bytes}${rate}`
    },
    checked: () => checked,
    known: () => known,
    seconds,
  }

  function countOf(event: { readonly known: boolean }) {
    return event.known ? known : checked
  }
}
