/**
 * Sizes, rates and times, as people read them.
 * @module
 */
const UNITS = ["B", "kB", "MB", "GB", "TB"] as const

/** Decimal, like Docker's own figures: `512 B`, `45.2 MB`. */
export function formatBytes(bytes: number): string {
  let value = Math.round(bytes)
  let unit = 0
  // From 999.95 on, rounding to a tenth makes the next unit's 1.0.
  while (value >= (unit === 0 ? 1000 : 999.95) && unit < UNITS.length - 1) {
    value /= 1000
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(value < 99.95 ? 1 : 0)} ${UNITS[unit]}`
}

/** `3.4 s`, `2 min 05 s`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`
}

/** `1 blob`, `3 blobs`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`
}
