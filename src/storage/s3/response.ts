/**
 * What the SDK's errors hold: the only place that knows their loose shape.
 * @module
 */

export interface S3Failure {
  /** The store's error code, or the SDK's name for the error. */
  readonly name: string
  /** The store's own sentence. */
  readonly message: string
  /** HTTP status, when there was an answer. */
  readonly status: number | undefined
  /** Node's code of a failed connection, such as `ECONNREFUSED`. */
  readonly systemCode: string | undefined
  /** The region that the store says the bucket is in. */
  readonly region: string | undefined
  /** Milliseconds. */
  readonly retryAfter: number | undefined
  /** The answer was no XML: a web page, a proxy's word, another protocol. */
  readonly isForeign: boolean
}

/** The parts of an error that decisions are made on. */
export function inspect(error: unknown): S3Failure {
  const systemCode = findSystemCode(error)
  return {
    name: property(error, "Code") ?? property(error, "name") ?? "UnknownError",
    message: property(error, "message") ?? "",
    status: statusOf(error),
    systemCode,
    region: responseHeader(error, "x-amz-bucket-region") ?? property(error, "Region"),
    retryAfter: retryAfter(responseHeader(error, "retry-after")),
    isForeign: isForeign(error),
  }
}

export function responseHeader(error: unknown, name: string): string | undefined {
  return answerHeader(field(error, "$response"), name)
}

export function answerHeader(answer: unknown, name: string): string | undefined {
  return property(field(answer, "headers"), name)
}

function statusOf(error: unknown): number | undefined {
  const status =
    field(field(error, "$metadata"), "httpStatusCode") ?? field(field(error, "$response"), "statusCode")
  return typeof status === "number" ? status : undefined
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

/** Answered, but with a web page or what the SDK could not read. HEAD answers have no body to judge by. */
function isForeign(error: unknown): boolean {
  if (responseHeader(error, "content-type")?.startsWith("text/html")) return true
  return field(error, "$response") !== undefined && field(error, "$fault") === undefined
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
