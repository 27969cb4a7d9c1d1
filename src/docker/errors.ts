/**
 * The one kind of error that leaves this folder.
 * @module
 */

/**
 * - ABSENT: nothing answers at the local socket, or the named context does not exist
 * - FORBIDDEN: the socket, or an authorization plugin of the daemon, refuses this user
 * - DIED: the connection broke in the middle of a request
 * - TOO_OLD: the engine lacks what was asked for
 * - UNREACHABLE: an address that cannot be used, a remote host that does not answer, or whose certificate is not trusted
 * - IMAGE_NOT_FOUND: the image is not in the daemon or, on a pull, not in the registry
 * - FAILED: the daemon says no; its own words are in the message
 */
export type DockerErrorCode =
  | "ABSENT"
  | "FORBIDDEN"
  | "DIED"
  | "TOO_OLD"
  | "UNREACHABLE"
  | "IMAGE_NOT_FOUND"
  | "FAILED"

/** The message is a whole sentence that names the daemon's address or the image, and the way out where there is one. */
export class DockerError extends Error {
  override readonly name = "DockerError"
  readonly code: DockerErrorCode

  constructor(code: DockerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** True for a DockerError of one of these codes. */
export function isDockerError(error: unknown, ...codes: DockerErrorCode[]): error is DockerError {
  return error instanceof DockerError && (codes.length === 0 || codes.includes(error.code))
}

/** The `code` that Node puts on its system errors; undefined for anything else. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined
}
