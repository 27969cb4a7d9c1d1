/**
 * What is logged of requests and of their failures.
 * @module
 */
import { HangUpError } from "../http/env.ts"
import { toRegistryError } from "../http/error-response.ts"
import type { AccessLine } from "../http/middleware/access-log.ts"
import type { DriverCall } from "../storage/with-logging.ts"
import type { Log } from "./log.ts"

/** Asked for every few seconds by whoever watches over the server. */
const WATCHED = new Set(["/healthz", "/readyz", "/metrics"])

export function logRequest(log: Log, line: AccessLine): void {
  const { id, method, path, status, received, sent, milliseconds, user, address, broken } = line
  const fields = {
    id,
    method,
    path,
    status,
    bytes: sent,
    received,
    milliseconds,
    user,
    address,
    ...(broken && { broken }),
  }
  log[WATCHED.has(path) ? "debug" : "info"]("request", fields)
}

/** What is not the client's doing is the operator's. */
export function logFailure(log: Log, error: Error): void {
  if (error instanceof HangUpError) return log.debug("client gone", { error: error.message })
  const { status } = toRegistryError(error)
  return status >= 500
    ? log.error("failure", { error: error.message })
    : log.debug("refused", { status, error: error.message })
}

export function logCall(
  log: Log,
  { driver, operation, key, bytes, milliseconds, outcome }: DriverCall,
): void {
  log.debug("storage", { driver, operation, key, bytes, milliseconds: Math.round(milliseconds), outcome })
}
