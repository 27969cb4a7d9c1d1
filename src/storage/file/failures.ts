/**
 * What the codes of file system calls mean to a user of the store.
 * @see https://man7.org/linux/man-pages/man3/errno.3.html
 * @module
 */
import type { StorageErrorCode } from "../driver.ts"

export interface Failure {
  readonly code: StorageErrorCode
  /** The beginning of a sentence, to be followed by "for" and what it concerns. */
  readonly what: string
}

const IN_THE_WAY: Failure = { code: "UNSUPPORTED", what: "A file or folder is in the way" }
const DENIED: Failure = { code: "ACCESS_DENIED", what: "Access is denied" }

const FAILURES: Readonly<Record<string, Failure>> = {
  ENOENT: { code: "NOT_FOUND", what: "There is no file" },
  ENOSPC: { code: "NO_SPACE", what: "There is no space left" },
  EDQUOT: { code: "NO_SPACE", what: "The disk quota is used up" },
  EACCES: DENIED,
  EPERM: DENIED,
  EROFS: { code: "ACCESS_DENIED", what: "The file system is read-only" },
  // A key that is the "directory" of another, which the driver contract rules out.
  ENOTDIR: IN_THE_WAY,
  EISDIR: IN_THE_WAY,
  ENOTEMPTY: IN_THE_WAY,
  ENAMETOOLONG: { code: "UNSUPPORTED", what: "The name is too long" },
  ELOOP: { code: "UNSUPPORTED", what: "Symbolic links lead in a circle" },
}

export function failureOf(systemCode: string): Failure {
  return FAILURES[systemCode] ?? { code: "UNAVAILABLE", what: "The file system failed" }
}
