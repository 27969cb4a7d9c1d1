/**
 * The listing rules of the driver contract, applied to sorted keys.
 * @module
 */
import type { ListOptions } from "./driver.ts"

/** Folds sorted keys at the delimiter and leaves out what is not after `startAfter`. Folded entries end with `/`. */
export function* fold(sortedKeys: Iterable<string>, prefix: string, options: ListOptions): Generator<string> {
  let last: string | undefined
  for (const key of sortedKeys) {
    const slash = options.delimiter ? key.indexOf(options.delimiter, prefix.length) : -1
    const entry = slash < 0 ? key : key.slice(0, slash + 1)
    if (entry === last || (options.startAfter !== undefined && entry <= options.startAfter)) continue
    last = entry
    yield entry
  }
}
