/**
 * Which failed requests are worth another try.
 * @module
 */
import { adviseConnection } from "../failed-request.ts"
import type { RetryAdvice } from "../retry.ts"
import { isFinal } from "./errors.ts"
import { inspect } from "./response.ts"

const OVERLOAD_NAMES = new Set([
  "SlowDown",
  "Throttling",
  "ThrottlingException",
  "TooManyRequests",
  "RequestLimitExceeded",
])
const OVERLOAD_STATUSES = new Set([429, 503])

/** Answers that another attempt may better. */
const RETRIED_STATUSES = new Set([408, 429, 500, 502, 503, 504])
const RETRIED_NAMES = new Set(["RequestTimeout", "InternalError", "TimeoutError"])

/**
 * Someone else is writing or deleting the same key at this moment: soon it is there or not. The last is versitygw's, whose objects
 * are files: the folder of one is there for a moment longer than it.
 */
const CONFLICTS = new Set(["ConditionalRequestConflict", "OperationAborted", "ExistingObjectIsDirectory"])

/** A byte was changed on its way: sent again, it is hardly changed again. */
const DAMAGED = new Set(["BadDigest", "XAmzContentSHA256Mismatch"])

/** Another attempt is signed with the store's time: the SDK has learnt it from the refusal. */
const CLOCK_SKEW = new Set(["RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture"])

export function advise(error: unknown): RetryAdvice | undefined {
  const failure = inspect(error)
  const { name, status, systemCode, retryAfter } = failure
  if (CLOCK_SKEW.has(name)) return { attempts: 2 }
  if (CONFLICTS.has(name) || DAMAGED.has(name)) return { attempts: 4 }
  // Before the status: the SDK makes 503 of every error in a body of status 200.
  if (isFinal(failure)) return undefined
  if (systemCode) return adviseConnection(systemCode)
  const again =
    isOverload(error) || RETRIED_NAMES.has(name) || (status !== undefined && RETRIED_STATUSES.has(status))
  return again ? { notBefore: retryAfter } : undefined
}

/** The store asks for fewer requests. */
export function isOverload(error: unknown): boolean {
  const { name, status } = inspect(error)
  return OVERLOAD_NAMES.has(name) || (status !== undefined && OVERLOAD_STATUSES.has(status))
}
