/**
 * Which failed requests are worth another try.
 * @module
 */
import type { RetryAdvice } from "../retry.ts"
import { isFinal } from "./errors.ts"
import { inspect } from "./response.ts"

const OVERLOAD_STATUSES = new Set([429, 503])

/** Answers that another attempt may better. */
const RETRIED_STATUSES = new Set([408, 429, 500, 502, 503, 504])

/** Conflicts with what passes by itself, such as a container that is still being deleted, or another's copy. */
const RETRIED_NAMES = new Set(["AccountBeingCreated", "ContainerBeingDeleted", "PendingCopyOperation"])

/** Connections that broke or may come about in a moment, with the attempts that make sense: a typo stays one. */
const CONNECTION_ATTEMPTS: Readonly<Record<string, number>> = {
  ECONNRESET: Infinity,
  ECONNABORTED: Infinity,
  EPIPE: Infinity,
  ETIMEDOUT: Infinity,
  EAI_AGAIN: 5,
  REQUEST_SEND_ERROR: 3, // the SDK's word where Node gives no code
  ECONNREFUSED: 3,
  EHOSTUNREACH: 3,
  PROXY_UNREACHABLE: 3,
  ENETUNREACH: 3,
  ENOTFOUND: 2,
}

export function advise(error: unknown): RetryAdvice | undefined {
  const failure = inspect(error)
  const { name, status, systemCode, retryAfter } = failure
  if (isFinal(failure)) return undefined
  if (systemCode) {
    const attempts = CONNECTION_ATTEMPTS[systemCode]
    return attempts === undefined ? undefined : { attempts }
  }
  const again = RETRIED_NAMES.has(name) || (status !== undefined && RETRIED_STATUSES.has(status))
  return again ? { notBefore: retryAfter } : undefined
}

/** The store asks for fewer requests. */
export function isOverload(error: unknown): boolean {
  const { status } = inspect(error)
  return status !== undefined && OVERLOAD_STATUSES.has(status)
}
