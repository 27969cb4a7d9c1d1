/**
 * The end of a `doctor` that found something wrong.
 * @module
 */
import { MissingOptionError } from "../storage/errors.ts"
import { UsageError } from "./usage-error.ts"

/** Its cause is the first failure, which decides the exit code. */
export class ChecksFailedError extends Error {
  override readonly name = "ChecksFailedError"

  constructor(titles: readonly string[], total: number, first: unknown) {
    const cause =
      first instanceof MissingOptionError ? new UsageError(first.message, { cause: first }) : first
    super(`${titles.length} of ${total} checks failed: ${titles.join(", ")}.`, { cause })
  }
}
