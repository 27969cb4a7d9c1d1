/**
 * Which failed requests are worth another try.
 * @see https://cloud.google.com/storage/docs/retry-strategy
 * @module
 */
import { adviseConnection, systemCodeOf } from "../failed-request.ts"
import type { RetryAdvice } from "../retry.ts"
import { AnswerError } from "./answer.ts"
import { codeOf, isDamaged } from "./errors.ts"

export function advise(error: unknown): RetryAdvice | undefined {
  if (isDamaged(error)) return { attempts: 4 }
  if (error instanceof AnswerError) {
    return codeOf(error) === "UNAVAILABLE" ? { notBefore: error.retryAfter } : undefined
  }
  return adviseConnection(systemCodeOf(error))
}

/** The store asks for fewer requests. */
export function isOverload(error: unknown): boolean {
  if (!(error instanceof AnswerError)) return false
  return error.status === 429 || error.status === 503 || /rateLimitExceeded$/i.test(error.reason ?? "")
}
