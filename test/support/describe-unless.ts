/**
 * Suites that something may be missing for.
 * @module
 */
import { describe } from "vitest"

const told = new Set<string>()

/** @param missing what the suite lacks, and how to get it: then it is skipped, visibly, and where `CI` is set that is a failure */
export function describeUnless(missing: string | undefined, title: string, suite: () => void): void {
  if (missing === undefined) return void describe(title, suite)
  if (process.env["CI"]) throw new Error(missing)
  // Beside the title, which is not shown where all of a file is skipped.
  if (!told.has(missing)) console.warn(`skipped: ${missing}`)
  told.add(missing)
  describe.skip(`${title} (skipped: ${missing})`, suite)
}
