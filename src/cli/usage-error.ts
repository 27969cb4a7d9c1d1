/**
 * What the user has to write differently.
 * @module
 */

export interface UsageErrorOptions extends ErrorOptions {
  /** Words of the command whose help page shows the right form. */
  readonly command?: readonly string[]
}

/** The message is one sentence that shows the right form. Found before a daemon or a store is touched. */
export class UsageError extends Error {
  override readonly name = "UsageError"
  readonly command: readonly string[]

  constructor(message: string, options: UsageErrorOptions = {}) {
    super(message, options)
    this.command = options.command ?? []
  }
}
