/**
 * Remembers for some minutes which pairs of name and password were right, so that bcrypt runs once a login and not once a request.
 * @module
 */
import { createHmac, randomBytes } from "node:crypto"

/** Milliseconds: so long a withdrawn password may still work. */
const LIFETIME = 5 * 60_000

/** Pairs at most. */
const PAIRS = 1000

export interface VerifiedPairs {
  /** Answers from memory, or by `verify`, which runs once for all who ask at the same time. Only what was right is remembered. */
  check(username: string, password: string, verify: () => Promise<boolean>): Promise<boolean>
  /** For when the users have changed. */
  clear(): void
}

/** @param now milliseconds on a clock that only goes forward */
export function createVerifiedPairs(now: () => number = () => performance.now()): VerifiedPairs {
  // Nobody who reads our memory later finds passwords in it, and no pair's place in the map can be told from outside.
  const secret = randomBytes(32)
  const pairs = new Map<string, { readonly verdict: Promise<boolean>; readonly until: number }>()

  return {
    check(username, password, verify) {
      const key = createHmac("sha256", secret)
        .update(JSON.stringify([username, password]))
        .digest("base64")
      const known = pairs.get(key)
      if (known && known.until > now()) return known.verdict
      const pair = { verdict: verify(), until: now() + LIFETIME }
      pairs.delete(key)
      pairs.set(key, pair)
      const forget = (): void => {
        if (pairs.get(key) === pair) pairs.delete(key)
      }
      pair.verdict.then((right) => (right ? undefined : forget()), forget)
      const [oldest] = pairs.keys()
      if (pairs.size > PAIRS && oldest !== undefined) pairs.delete(oldest)
      return pair.verdict
    },

    clear: () => pairs.clear(),
  }
}
