/**
 * CloudFront's answers as our errors: which status means what, and what to do about it.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/troubleshooting-response-errors.html
 * @module
 */
import { StorageError, type StorageErrorCode } from "../driver.ts"
import { NAME } from "./errors.ts"
import { inspect } from "./response.ts"

/** An answer that is not the object. In the form of the SDK's errors, so that it is tried again where that helps. */
export class CloudFrontAnswer extends Error {
  override readonly name = "CloudFrontAnswer"
  readonly $response: { readonly statusCode: number; readonly headers: Readonly<Record<string, string>> }

  constructor(statusCode: number, headers: Readonly<Record<string, string>>) {
    super(`CloudFront answered with status ${statusCode}.`)
    this.$response = { statusCode, headers }
  }
}

interface Context {
  readonly key: string
  readonly baseUrl: string
}

const CODES: Readonly<Record<number, StorageErrorCode>> = {
  403: "ACCESS_DENIED",
  416: "INVALID_RANGE",
  429: "UNAVAILABLE",
}

const SENTENCES: Readonly<Record<number, (context: Context) => string>> = {
  403: ({ key, baseUrl }) =>
    `CloudFront at ${baseUrl} denies ${key}: check that --cloudfront-key-pair-id belongs to --cloudfront-private-key and to a key group that the distribution trusts, that the distribution may read the bucket, and this computer's clock.`,
  404: ({ key, baseUrl }) =>
    `CloudFront at ${baseUrl} has no object ${key}, and the bucket has: check --cloudfront-base-url, and that the bucket is its origin.`,
  416: ({ key }) => `${key} has no bytes in the range asked for.`,
  429: ({ baseUrl }) => `CloudFront at ${baseUrl} is overloaded.`,
}

/** Wraps whatever a request to CloudFront threw. */
export function describeCloudFrontFailure(error: unknown, context: Context): StorageError {
  if (error instanceof StorageError) return error
  const { status, systemCode } = inspect(error)
  const { key, baseUrl } = context
  const told = (code: StorageErrorCode, sentence: string) =>
    new StorageError(code, sentence, { driver: NAME, key, cause: error })
  if (systemCode || status === undefined || status >= 500) {
    return told(
      "UNAVAILABLE",
      `CloudFront at ${baseUrl} cannot be reached (${systemCode ?? `status ${status}`}).`,
    )
  }
  const code = CODES[status] ?? "NOT_A_STORE"
  const sentence = SENTENCES[status]?.(context)
  return told(
    code,
    sentence ??
      `${baseUrl} does not answer like CloudFront in front of the bucket (status ${status}): check --cloudfront-base-url.`,
  )
}
