/**
 * "Did you mean …?"
 * @module
 */
import { closest } from "../bridge/closest.ts"

/** Letters that one word has and the other has not: a slip of the finger makes two of them. */
const SLIP = 2

/** ` (did you mean 'push'?)`, or nothing if no name is near. */
export function didYouMean(wanted: string, names: readonly string[]): string {
  const near = closest(wanted, names, 1)[0]
  return near !== undefined && lettersApart(wanted, near) <= SLIP ? ` (did you mean '${near}'?)` : ""
}

function lettersApart(a: string, b: string): number {
  const rest = b.split("")
  let missing = 0
  for (const letter of a) {
    const index = rest.indexOf(letter)
    if (index === -1) missing++
    else rest.splice(index, 1)
  }
  return missing + rest.length
}
