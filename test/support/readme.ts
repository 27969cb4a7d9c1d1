/**
 * The manual, for tests that hold it to its word.
 * @module
 */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

export const README = readFileSync(fileURLToPath(new URL("../../README.md", import.meta.url)), "utf8")

/** What its code blocks of one language hold, in their order. */
export function codeBlocks(language: string): readonly string[] {
  return [...README.matchAll(/^```(\w+)\n(.*?)^```$/gms)].flatMap(([, found, code = ""]) =>
    found === language ? [code] : [],
  )
}
