/**
 * What the SDK's errors hold: the only place that knows their loose shape.
 * @module
 */

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
  const message = (property(error, "message") ?? "").split("\n", 1)[0] ?? ""
  return {
    // Azurite calls a wrong key by the name of a missing permission, in Azure's words for a wrong key.
    name: message.startsWith("Server failed to authenticate") ? "AuthenticationFailed" : name,
    message,
    status,
    systemCode: status === undefined ? findSystemCode(error) : undefined,
    retryAfter: retryAfter(responseHeader(error, "retry-after")),
    isForeign: status !== undefined && responseHeader(error, "x-ms-request-id") === undefined,
  }
}

function nameOf(error: unknown, status: number | undefined): string {
  const code = status === undefined ? undefined : property(error, "code")
  return code ?? property(error, "name") ?? "UnknownError"
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

/** Connections to a name with several addresses fail with an AggregateError; others are wrapped by the SDK. */
function findSystemCode(error: unknown): string | undefined {
  for (let at = error, depth = 0; at && depth < 4; at = field(at, "cause"), depth += 1) {
    const code = property(at, "code")
    if (code && /^(?:E[A-Z_]+|[A-Z]+_[A-Z_]+)$/.test(code)) return code
    const errors = field(at, "errors")
    if (Array.isArray(errors) && errors.length > 0) return findSystemCode(errors[0])
  }
  return undefined
}

function retryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return milliseconds > 0 ? milliseconds : undefined
}

function field(of: unknown, name: string): unknown {
  return typeof of === "object" && of !== null ? Reflect.get(of, name) : undefined
}

function property(of: unknown, name: string): string | undefined {
  const value = field(of, name)
  return typeof value === "string" ? value : undefined
}
