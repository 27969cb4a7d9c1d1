/**
 * What tells two versions of a file apart.
 * @module
 */
import type { BigIntStats } from "node:fs"

/** Every write makes a new file, so its inode and time differ; neither renaming nor linking changes them. */
export function etagOf(stat: BigIntStats): string {
  return joined(stat.ino, stat.mtimeNs, stat.size)
}

/** With the time of the last change to anything about it, which nobody can set. */
export function fingerprintOf(stat: BigIntStats): string {
  return joined(stat.ino, stat.ctimeNs, stat.size)
}

function joined(...parts: readonly bigint[]): string {
  return parts.map((part) => part.toString(16)).join("-")
}
