/**
 * What can be told of a failed request whichever SDK has made it: errors are looked into by their fields, for their classes differ
 * from version to version.
 * @module
 */
import type { RetryAdvice } from "./retry.ts"

/** Connections that broke or may come about in a moment, with the attempts that make sense: a typo stays one. */
const CONNECTION_ATTEMPTS: Readonly<Record<string, number>> = {
  ECONNRESET: Infinity,
  ECONNABORTED: Infinity,
  EPIPE: Infinity,
  ETIMEDOUT: Infinity,
  EAI_AGAIN: 5,
  REQUEST_SEND_ERROR: 3, // Azure's SDK says so where Node gives no code
  PARSE_ERROR: 3, // and so of an answer that breaks off, such as a page of a list
  ECONNREFUSED: 3,
  EHOSTUNREACH: 3,
  PROXY_UNREACHABLE: 3,
  ENETUNREACH: 3,
  ENOTFOUND: 2,
}

/** Undefined where another attempt is hopeless. */
export function adviseConnection(systemCode: string | undefined): RetryAdvice | undefined {
  const attempts = CONNECTION_ATTEMPTS[systemCode ?? ""]
  return attempts === undefined ? undefined : { attempts }
}

/** Node's code of a failed connection. To a name with several addresses it fails with an AggregateError; SDKs wrap others. */
export function systemCodeOf(error: unknown): string | undefined {
  for (let at = error, depth = 0; at && depth < 4; at = field(at, "cause"), depth += 1) {
    const code = text(at, "code")
    if (code && /^(?:E[A-Z_]+|[A-Z]+_[A-Z_]+)$/.test(code)) return code
    const errors = field(at, "errors")
    if (Array.isArray(errors) && errors.length > 0) return systemCodeOf(errors[0])
  }
  return undefined
}

/** Milliseconds to wait, from a Retry-After header (RFC 9110, section 10.2.3). */
export function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return milliseconds > 0 ? milliseconds : undefined
}

export function field(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined
}

export function text(of: unknown, name: string): string | undefined {
  const value = field(of, name)
  return typeof value === "string" ? value : undefined
}
