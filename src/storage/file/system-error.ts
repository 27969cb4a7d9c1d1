/**
 * What a file system call throws.
 * @module
 */

/** True for the failure of a system call, with one of these codes if any are given. */
export function isSystemError(
  error: unknown,
  ...codes: string[]
): error is Error & { readonly code: string } {
  return (
    error instanceof Error &&
    "syscall" in error &&
    "code" in error &&
    typeof error.code === "string" &&
    (codes.length === 0 || codes.includes(error.code))
  )
}
