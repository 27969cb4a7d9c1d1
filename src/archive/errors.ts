/**
 * What can be wrong with images that are kept as files.
 * @module
 */

/**
 * - ABSENT: there is no such file, or no image in it that could be meant
 * - DAMAGED: it is not what it should be: broken off, of the wrong digest or size, with links where none belong
 */
export type ArchiveErrorCode = "ABSENT" | "DAMAGED"

/** An image file is not what it should be. The message is a whole sentence. */
export class ArchiveError extends Error {
  override readonly name = "ArchiveError"
  readonly code: ArchiveErrorCode

  constructor(code: ArchiveErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** This machine does not give or take an image file: no permission, disk full, no such folder. The message is a whole sentence. */
export class ImageFileError extends Error {
  override readonly name = "ImageFileError"
}

/** The system's word for a failure, such as `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined
}

/** @param purpose what cannot be done, behind "Cannot" */
export function fileFailure(purpose: string, cause: unknown): ImageFileError {
  const code = systemCode(cause) ?? ""
  const reason = REASONS[code] ?? (cause instanceof Error ? cause.message : String(cause))
  return new ImageFileError(`Cannot ${purpose}: ${reason}.`, { cause })
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOSPC: "the disk is full",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EISDIR: "it is a folder",
  ENOENT: "its folder does not exist",
  ENOTDIR: "a part of its path is no folder",
  EPIPE: "nobody reads it any more",
}
