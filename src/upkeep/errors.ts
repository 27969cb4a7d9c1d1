/**
 * What can be wrong with looking after a store, when the store itself works.
 * @module
 */

/**
 * - TAG_ABSENT: the store has no such tag or repository
 * - DAMAGED: something that tags need is missing, or not what it should be
 * - NOT_DELETED: the store denies to delete what is to be pruned
 */
export type UpkeepErrorCode = "TAG_ABSENT" | "DAMAGED" | "NOT_DELETED"

/** The message is a whole sentence. */
export class UpkeepError extends Error {
  override readonly name = "UpkeepError"
  readonly code: UpkeepErrorCode

  constructor(code: UpkeepErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
