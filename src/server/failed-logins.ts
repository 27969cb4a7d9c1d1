/**
 * Counts wrong passwords, by client and by user, and shuts the door for a while after too many.
 * @module
 */
import { isIPv6 } from "node:net"
import { RegistryError } from "../oci/errors.ts"

/** Wrong passwords of one user from one address, and of all users from it, within {@link WINDOW}. */
const PER_USER = 10
const PER_ADDRESS = 100

/** Milliseconds. */
const WINDOW = 60_000

/** Counters kept at most, the newest: memory is bounded, whoever asks. */
const COUNTERS = 10_000

interface Counter {
  failures: number
  readonly until: number
}

export interface FailedLogins {
  /** @throws RegistryError TOOMANYREQUESTS, with the seconds to wait */
  check(address: string, username: string): void
  add(address: string, username: string): void
}

/** @param now milliseconds on a clock that only goes forward */
export function createFailedLogins(now: () => number = () => performance.now()): FailedLogins {
  const counters = new Map<string, Counter>()

  function current(key: string): Counter | undefined {
    const counter = counters.get(key)
    if (!counter || counter.until > now()) return counter
    counters.delete(key)
    return undefined
  }

  function count(key: string): void {
    const counter = current(key) ?? { failures: 0, until: now() + WINDOW }
    counter.failures++
    counters.set(key, counter)
    const [oldest] = counters.keys()
    if (counters.size > COUNTERS && oldest !== undefined) counters.delete(oldest)
  }

  return {
    check(address, username) {
      const limits = [
        [userKey(address, username), PER_USER],
        [network(address), PER_ADDRESS],
      ] as const
      for (const [key, limit] of limits) {
        const counter = current(key)
        if (!counter || counter.failures < limit) continue
        throw new RegistryError("TOOMANYREQUESTS", {
          message: "too many wrong passwords: wait a minute",
          headers: { "retry-after": String(Math.ceil((counter.until - now()) / 1000)) },
        })
      }
    },

    add(address, username) {
      count(userKey(address, username))
      count(network(address))
    },
  }
}

function userKey(address: string, username: string): string {
  return `${network(address)} ${username.slice(0, 256)}`
}

/** One customer of IPv6 has 2^64 addresses and more. */
function network(address: string): string {
  if (!isIPv6(address) || address.includes(".")) return address
  const [head = "", tail] = address.split("::")
  const groups = head.split(":").filter((group) => group !== "")
  const missing = tail === undefined ? 0 : Math.max(0, 4 - groups.length)
  return [...groups, ...Array.from({ length: missing }, () => "0")].slice(0, 4).join(":")
}
