/**
 * Which failed requests are worth another try.
 * @see https://cloud.google.com/storage/docs/retry-strategy
 * @module
 */
import type { RetryAdvice } from "../retry.ts"
import { AnswerError, systemCodeOf } from "./answer.ts"
import { codeOf } from "./errors.ts"

/** Connections that broke or may come about in a moment, with the attempts that make sense: a typo stays one. */
const CONNECTION_ATTEMPTS: Readonly<Record<string, number>> = {
  ECONNRESET: Infinity,
  ECONNABORTED: Infinity,
  EPIPE: Infinity,
  ETIMEDOUT: Infinity,
  EAI_AGAIN: 5,
  ECONNREFUSED: 3,
  EHOSTUNREACH: 3,
  PROXY_UNREACHABLE: 3,
  ENETUNREACH: 3,
  ENOTFOUND: 2,
}

export function advise(error: unknown): RetryAdvice | undefined {
  if (error instanceof AnswerError) {
    return codeOf(error) === "UNAVAILABLE" ? { notBefore: error.retryAfter } : undefined
  }
  const attempts = CONNECTION_ATTEMPTS[systemCodeOf(error) ?? ""]
  return attempts === undefined ? undefined : { attempts }
}

/** The store asks for fewer requests. */
export function isOverload(error: unknown): boolean {
  if (!(error instanceof AnswerError)) return false
  return error.status === 429 || error.status === 503 || /rateLimitExceeded$/i.test(error.reason ?? "")
}
