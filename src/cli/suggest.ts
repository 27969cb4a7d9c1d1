/**
 * "Did you mean …?"
 * @module
 */
import { closest, distance } from "../bridge/closest.ts"

/** Letters to change for a word to be taken for a slip of the finger. */
const SLIP = 2

/** ` (did you mean 'push'?)`, or nothing if no name is near. */
export function didYouMean(wanted: string, names: readonly string[]): string {
  const near = closest(wanted, names, 1)[0]
  return near !== undefined && distance(wanted, near) <= SLIP ? ` (did you mean '${near}'?)` : ""
}
