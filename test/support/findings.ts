/**
 * Reading what `doctor` printed.
 * @module
 */

/** The line of one title, level first; empty if there is none. */
export function lineOf({ stdout }: { readonly stdout: string }, title: string): string {
  return stdout.split("\n").find((line) => line.slice(9, 29).trim() === title) ?? ""
}

/** Level by title, of everything that was printed. */
export function levelsOf({ stdout }: { readonly stdout: string }): Readonly<Record<string, string>> {
  const lines = stdout.split("\n").filter((line) => line !== "")
  return Object.fromEntries(lines.map((line) => [line.slice(9, 29).trim(), line.slice(0, 9).trim()]))
}
