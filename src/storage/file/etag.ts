/**
 * What tells two versions of a file apart.
 * @module
 */
import type { BigIntStats } from "node:fs"

/** Every write makes a new file, so its inode and time differ; neither renaming nor linking changes them. */
export function etagOf(stat: BigIntStats): string {
  return [stat.ino, stat.mtimeNs, stat.size].map((part) => part.toString(16)).join("-")
}
