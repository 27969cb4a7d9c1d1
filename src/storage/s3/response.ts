/**
 * What the SDK's errors hold: the only place that knows their loose shape.
 * @module
 */
import { field, retryAfter, systemCodeOf, text } from "../failed-request.ts"

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
  const systemCode = systemCodeOf(error)
  return {
    name: text(error, "Code") ?? text(error, "name") ?? "UnknownError",
    message: text(error, "message") ?? "",
    status: statusOf(error),
    systemCode,
    region: responseHeader(error, "x-amz-bucket-region") ?? text(error, "Region"),
    retryAfter: retryAfter(responseHeader(error, "retry-after")),
    isForeign: isForeign(error),
  }
}

export function responseHeader(error: unknown, name: string): string | undefined {
  return answerHeader(field(error, "$response"), name)
}

export function answerHeader(answer: unknown, name: string): string | undefined {
  return text(field(answer, "headers"), name)
}

function statusOf(error: unknown): number | undefined {
  const status =
    field(field(error, "$metadata"), "httpStatusCode") ?? field(field(error, "$response"), "statusCode")
  return typeof status === "number" ? status : undefined
}

/** Answered, but with a web page or what the SDK could not read. HEAD answers have no body to judge by. */
function isForeign(error: unknown): boolean {
  if (responseHeader(error, "content-type")?.startsWith("text/html")) return true
  return field(error, "$response") !== undefined && field(error, "$fault") === undefined
}
