/**
 * What can be wrong with a transfer itself, when daemon and store both work.
 * @module
 */

/**
 * - IMAGE_ABSENT: the daemon, or the file, has none of the images that the push could mean; or an image cannot be had in that form
 * - TAG_ABSENT: the store has no such tag, digest or repository
 * - TAG_EXISTS: the tag names something else, and tags are immutable
 * - PLATFORM_ABSENT: an image lacks a platform that was asked for
 * - CONTENT_DAMAGED: bytes in the store, or in the file that is pushed, do not hash to their digest, or are gone
 * - INCOMPLETE: the daemon says it is done, but not everything has arrived
 */
export type TransferErrorCode =
  | "IMAGE_ABSENT"
  | "TAG_ABSENT"
  | "TAG_EXISTS"
  | "PLATFORM_ABSENT"
  | "CONTENT_DAMAGED"
  | "INCOMPLETE"

/** The message is a whole sentence that names what is missing and, where there is one, the way out. */
export class TransferError extends Error {
  override readonly name = "TransferError"
  readonly code: TransferErrorCode

  constructor(code: TransferErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
