/**
 * Versions of the Engine API, and the one to speak.
 * @see https://docs.docker.com/reference/api/engine/version-history/
 * @module
 */

/** The newest version whose replies we know; a newer engine is asked to speak this one. */
const NEWEST_KNOWN = "1.52"

/**
 * The newest version that both sides know. An engine that has given up everything we know is met at its own oldest: what we
 * ask for has been stable since 1.24.
 */
export function negotiateVersion(engine: {
  readonly newest: string
  readonly oldest?: string | undefined
}): string {
  if (!atLeast(engine.newest, NEWEST_KNOWN)) return engine.newest
  return engine.oldest !== undefined && !atLeast(NEWEST_KNOWN, engine.oldest) ? engine.oldest : NEWEST_KNOWN
}

/** Compares `major.minor` by number: 1.9 is older than 1.41. */
export function atLeast(version: string, required: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number)
  const [requiredMajor = 0, requiredMinor = 0] = required.split(".").map(Number)
  return major === requiredMajor ? minor >= requiredMinor : major > requiredMajor
}
