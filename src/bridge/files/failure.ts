/**
 * What is wrong with an image file, as the failure of a transfer.
 * @module
 */
import { ArchiveError, type ArchiveErrorCode } from "../../archive/errors.ts"
import { RegistryError } from "../../oci/errors.ts"
import { type TransferErrorCode, TransferError } from "../errors.ts"

const CODES: Readonly<Record<ArchiveErrorCode, TransferErrorCode>> = {
  ABSENT: "IMAGE_ABSENT",
  DAMAGED: "CONTENT_DAMAGED",
}

/** What is not about an image file stays as it is. */
export function transferFailure(error: unknown): unknown {
  if (!(error instanceof ArchiveError)) return error
  return new TransferError(CODES[error.code], error.message, { cause: error })
}

/**
 * What the registry refuses of what a file holds: the file's fault.
 * @param what the thing, at the start of a sentence
 */
export function refused(error: unknown, what: string): unknown {
  if (!(error instanceof RegistryError) || error.status >= 500) return error
  return damaged(`${what} cannot be stored: ${error.message}.`, error)
}

export function damaged(text: string, cause?: unknown): TransferError {
  return new TransferError("CONTENT_DAMAGED", text, { cause })
}
