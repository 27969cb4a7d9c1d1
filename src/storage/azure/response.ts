/**
 * What the SDK's errors hold: the only place that knows their loose shape.
 * @module
 */
import { field, retryAfter, systemCodeOf, text } from "../failed-request.ts"

export interface AzureFailure {
  /** The store's error code, or the SDK's name for the error. */
  readonly name: string
  /** The store's own sentence. */
  readonly message: string
  /** HTTP status, when there was an answer. */
  readonly status: number | undefined
  /** Node's code of a failed connection, such as `ECONNREFUSED`. */
  readonly systemCode: string | undefined
  /** Milliseconds. */
  readonly retryAfter: number | undefined
  /** Answered by something else than a blob service: a web page, a proxy, another protocol. */
  readonly isForeign: boolean
}

/** The parts of an error that decisions are made on. */
export function inspect(error: unknown): AzureFailure {
  const status = statusOf(error)
  const name = responseHeader(error, "x-ms-error-code") ?? nameOf(error, status)
  // What follows the first line are the request's ID and the time, and for a bad signature what should have been signed.
  const message = (text(error, "message") ?? "").split("\n", 1)[0] ?? ""
  return {
    // Azurite calls a wrong key by the name of a missing permission, in Azure's words for a wrong key.
    name: message.startsWith("Server failed to authenticate") ? "AuthenticationFailed" : name,
    message,
    status,
    systemCode: status === undefined ? systemCodeOf(error) : undefined,
    retryAfter: retryAfter(responseHeader(error, "retry-after")),
    isForeign: status !== undefined && responseHeader(error, "x-ms-request-id") === undefined,
  }
}

function nameOf(error: unknown, status: number | undefined): string {
  const code = status === undefined ? undefined : text(error, "code")
  return code ?? text(error, "name") ?? "UnknownError"
}

function statusOf(error: unknown): number | undefined {
  const status = field(error, "response") && field(error, "statusCode")
  return typeof status === "number" ? status : undefined
}

export function responseHeader(error: unknown, name: string): string | undefined {
  const headers = field(field(error, "response"), "headers")
  const get = field(headers, "get")
  const value: unknown = typeof get === "function" ? get.call(headers, name) : undefined
  return typeof value === "string" ? value : undefined
}
