/**
 * The SDK's errors as ours: one table of codes, one sentence each that says what to do.
 * @module
 */
import { StorageError, type StorageErrorCode } from "../driver.ts"
import { networkSentence } from "../network-error.ts"
import { inspect, type S3Failure } from "./response.ts"

export const NAME = "s3"

/** What a request was about, for the sentence. */
export interface FailureContext {
  readonly bucket: string
  readonly key?: string | undefined
  readonly region: string
  /** Left out on AWS. */
  readonly endpoint?: string | undefined
}

type Sentence = (context: FailureContext, failure: S3Failure) => string

/** S3's error codes, and the SDK's names, to ours. */
const CODES: Readonly<Record<string, StorageErrorCode>> = {
  NoSuchBucket: "NO_SUCH_BUCKET",
  InvalidBucketName: "NO_SUCH_BUCKET",
  NoSuchKey: "NOT_FOUND",
  NotFound: "NOT_FOUND",
  AccessDenied: "ACCESS_DENIED",
  AllAccessDisabled: "ACCESS_DENIED",
  InvalidAccessKeyId: "CREDENTIALS",
  SignatureDoesNotMatch: "CREDENTIALS",
  ExpiredToken: "CREDENTIALS",
  InvalidToken: "CREDENTIALS",
  RequestTimeTooSkewed: "CREDENTIALS",
  CredentialsProviderError: "CREDENTIALS",
  TokenProviderError: "CREDENTIALS",
  XAdminUserNotFound: "CREDENTIALS", // versitygw's word for an unknown access key, with status 404
  PermanentRedirect: "WRONG_REGION",
  TemporaryRedirect: "WRONG_REGION",
  AuthorizationHeaderMalformed: "WRONG_REGION",
  IllegalLocationConstraintException: "WRONG_REGION",
  PreconditionFailed: "PRECONDITION_FAILED",
  ConditionalRequestConflict: "PRECONDITION_FAILED",
  InvalidRange: "INVALID_RANGE",
  NoSuchUpload: "UPLOAD_INVALID",
  InvalidPart: "UPLOAD_INVALID",
  InvalidPartOrder: "UPLOAD_INVALID",
  EntityTooSmall: "UPLOAD_INVALID",
  EntityTooLarge: "UPLOAD_INVALID",
  // The bytes that came are not those that were sent.
  BadDigest: "UPLOAD_INVALID",
  XAmzContentSHA256Mismatch: "UPLOAD_INVALID",
  QuotaExceeded: "NO_SPACE",
  XMinioStorageFull: "NO_SPACE",
  SlowDown: "UNAVAILABLE",
  InternalError: "UNAVAILABLE",
  RequestTimeout: "UNAVAILABLE",
  TimeoutError: "UNAVAILABLE",
}

/** For answers without a code that we know: those to HEAD have no body. */
const STATUSES: Readonly<Record<number, StorageErrorCode>> = {
  301: "WRONG_REGION",
  307: "WRONG_REGION",
  401: "CREDENTIALS",
  403: "ACCESS_DENIED",
  404: "NOT_FOUND",
  409: "PRECONDITION_FAILED",
  412: "PRECONDITION_FAILED",
  416: "INVALID_RANGE",
  429: "UNAVAILABLE",
  501: "UNSUPPORTED",
  507: "NO_SPACE",
}

const SENTENCES: Readonly<Record<StorageErrorCode, Sentence>> = {
  NOT_FOUND: (at) => `There is no object ${at.key ?? ""} in the bucket ${at.bucket}.`,
  NO_SUCH_BUCKET: (at) => {
    const endpoint = at.endpoint ? ` --endpoint-url ${at.endpoint}` : ""
    return `The bucket ${at.bucket} does not exist at ${place(at)}. To create it: aws s3 mb s3://${at.bucket}${endpoint}`
  },
  WRONG_REGION: (at, { region }) =>
    region
      ? `The bucket ${at.bucket} is in the region ${region}, not ${at.region}: pass --region ${region}.`
      : `The bucket ${at.bucket} is not in the region ${at.region}: pass its own with --region.`,
  CREDENTIALS: (at, failure) => `${credentials(failure)} (bucket ${at.bucket}${said(failure)})`,
  ACCESS_DENIED: (at, failure) => `Access to ${what(at)} is denied${said(failure)}.`,
  PRECONDITION_FAILED: (at) => `${what(at)} exists already or has changed.`,
  INVALID_RANGE: (at) => `${what(at)} has no bytes in the range asked for.`,
  UPLOAD_INVALID: (at, failure) => `The upload of ${what(at)} cannot go on${said(failure)}.`,
  UNSUPPORTED: (at, failure) => `${place(at)} refuses this request for ${what(at)}${said(failure)}.`,
  NO_SPACE: (at, failure) => `There is no space left for ${what(at)}${said(failure)}.`,
  NOT_A_STORE: (at, { status }) =>
    `${place(at)} does not answer like an S3 server (status ${status ?? "unknown"}, no XML): check the endpoint, and for a proxy in between.`,
  UNAVAILABLE: (at, failure) =>
    networkSentence(failure.systemCode, failure.message) ??
    `${place(at)} cannot be reached or is overloaded${said(failure)}.`,
}

/** Wraps whatever a request threw. */
export function describeFailure(error: unknown, context: FailureContext): StorageError {
  if (error instanceof StorageError) return error
  const failure = inspect(error)
  const named = codeOf(failure, context)
  // HEAD of a bucket tells no more than 404.
  const code = named === "NOT_FOUND" && !context.key ? "NO_SUCH_BUCKET" : named
  const sentence = SENTENCES[code](context, failure)
  return new StorageError(code, sentence, { driver: NAME, key: context.key, cause: error })
}

/** The store has said by name what is wrong, and would say so again. */
export function isFinal({ name }: S3Failure): boolean {
  return CODES[name] !== undefined && CODES[name] !== "UNAVAILABLE"
}

function codeOf(failure: S3Failure, context: FailureContext): StorageErrorCode {
  const { name, status, systemCode, region, isForeign } = failure
  if (isUnreadable(failure)) return "CREDENTIALS"
  if (isForeign && status !== undefined && status < 500) return "NOT_A_STORE"
  if (isFinal(failure)) return CODES[name] ?? "UNSUPPORTED"
  if (systemCode || status === undefined || status >= 500) {
    return status === 501 || status === 507 ? (STATUSES[status] ?? "UNAVAILABLE") : "UNAVAILABLE"
  }
  if (status === 400 && region && region !== context.region) return "WRONG_REGION"
  // A bare 400 to HEAD is what AWS gives expired credentials.
  if (status === 400 && name === "Unknown") return "CREDENTIALS"
  return CODES[name] ?? STATUSES[status] ?? "UNSUPPORTED"
}

/** No request gets as far as a file: it was one that credentials were to come from. */
function isUnreadable({ systemCode = "" }: S3Failure): boolean {
  return /^(?:ENOENT|EACCES|EISDIR|EPERM)$/.test(systemCode)
}

function credentials(failure: S3Failure): string {
  switch (isUnreadable(failure) ? "CredentialsProviderError" : failure.name) {
    case "CredentialsProviderError":
    case "TokenProviderError":
      return "No usable AWS credentials were found: sign in (aws sso login), pass --profile or --access-key and --secret-key, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or use --anonymous for a public bucket."
    case "ExpiredToken":
      return "The credentials have expired: sign in again."
    case "RequestTimeTooSkewed":
      return "This computer's clock is wrong: set it."
    default:
      return "The store does not accept the credentials: check access key and secret key, and that they belong to this endpoint."
  }
}

function what({ bucket, key }: FailureContext): string {
  return key ? `${key} in the bucket ${bucket}` : `the bucket ${bucket}`
}

function place({ endpoint, region }: FailureContext): string {
  return endpoint ?? `AWS S3 in ${region}`
}

/** The store's own words, which say best what is denied to whom. */
function said({ name, message, systemCode }: S3Failure): string {
  const words = [systemCode ?? name, message].filter((word) => word && !/^Unknown(?:Error)?$/.test(word))
  return words.length > 0 ? `: ${words.join(": ").replace(/\.$/, "")}` : ""
}
