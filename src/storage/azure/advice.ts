/**
 * Which failed requests are worth another try.
 * @module
 */
import { adviseConnection } from "../failed-request.ts"
import type { RetryAdvice } from "../retry.ts"
import { isFinal } from "./errors.ts"
import { inspect } from "./response.ts"

const OVERLOAD_STATUSES = new Set([429, 503])

/** Answers that another attempt may better. */
const RETRIED_STATUSES = new Set([408, 429, 500, 502, 503, 504])

/** Conflicts with what passes by itself, such as a container that is still being deleted, or another's copy. */
const RETRIED_NAMES = new Set(["AccountBeingCreated", "ContainerBeingDeleted", "PendingCopyOperation"])

export function advise(error: unknown): RetryAdvice | undefined {
  const failure = inspect(error)
  const { name, status, systemCode, retryAfter } = failure
  if (isFinal(failure)) return undefined
  if (systemCode) return adviseConnection(systemCode)
  const again = RETRIED_NAMES.has(name) || (status !== undefined && RETRIED_STATUSES.has(status))
  return again ? { notBefore: retryAfter } : undefined
}

/** The store asks for fewer requests. */
export function isOverload(error: unknown): boolean {
  const { status } = inspect(error)
  return status !== undefined && OVERLOAD_STATUSES.has(status)
}
