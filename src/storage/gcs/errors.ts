/**
 * What went wrong as our errors: one table of codes, one sentence each that says what to do.
 * @module
 */
import { StorageError, type StorageErrorCode } from "../driver.ts"
import { networkSentence } from "../network-error.ts"
import { systemCodeOf } from "../failed-request.ts"
import { AnswerError } from "./answer.ts"
import { isWithoutCredentials, SignInError } from "./sign-in.ts"

export const NAME = "gcs"

/** What a request was about, for the sentence. */
export interface FailureContext {
  readonly bucket: string
  readonly key?: string | undefined
  readonly endpoint: string
  /** The request names no object that would have to exist: what is not found is the bucket. */
  readonly inBucket?: boolean | undefined
}

/** The store's reasons to our codes. */
const REASONS: Readonly<Record<string, StorageErrorCode>> = {
  authError: "CREDENTIALS",
  rateLimitExceeded: "UNAVAILABLE",
  userRateLimitExceeded: "UNAVAILABLE",
  backendError: "UNAVAILABLE",
  internalError: "UNAVAILABLE",
  conditionNotMet: "PRECONDITION_FAILED",
  quotaExceeded: "NO_SPACE",
  requestedRangeNotSatisfiable: "INVALID_RANGE",
}

const STATUSES: Readonly<Record<number, StorageErrorCode>> = {
  308: "UNAVAILABLE", // an upload session that got no further
  401: "CREDENTIALS",
  403: "ACCESS_DENIED",
  404: "NOT_FOUND",
  408: "UNAVAILABLE",
  410: "UPLOAD_INVALID",
  412: "PRECONDITION_FAILED",
  416: "INVALID_RANGE",
  429: "UNAVAILABLE",
  501: "UNSUPPORTED",
  507: "NO_SPACE",
}

type Sentence = (context: FailureContext, error: unknown) => string

const SENTENCES: Readonly<Record<StorageErrorCode, Sentence>> = {
  NOT_FOUND: (at) => `There is no object ${at.key ?? ""} in the bucket ${at.bucket}.`,
  NO_SUCH_BUCKET: (at) =>
    `The bucket ${at.bucket} does not exist at ${at.endpoint}. To create it: gcloud storage buckets create gs://${at.bucket}`,
  WRONG_REGION: (at, error) => `${at.endpoint} does not hold the bucket ${at.bucket}${said(error)}.`,
  CREDENTIALS: (at, error) => `${credentials(error)} (bucket ${at.bucket}${said(error)})`,
  ACCESS_DENIED: (at, error) => `Access to ${what(at)} is denied${said(error)}.`,
  PRECONDITION_FAILED: (at) => `${what(at)} exists already or has changed.`,
  INVALID_RANGE: (at) => `${what(at)} has no bytes in the range asked for.`,
  UPLOAD_INVALID: (at, error) => `The upload of ${what(at)} cannot go on${said(error)}.`,
  UNSUPPORTED: (at, error) => `${at.endpoint} refuses this request for ${what(at)}${said(error)}.`,
  NO_SPACE: (at, error) => `There is no space left for ${what(at)}${said(error)}.`,
  NOT_A_STORE: (at) =>
    `${at.endpoint} does not answer like Google Cloud Storage: check the endpoint, and for a proxy in between.`,
  UNAVAILABLE: (at, error) =>
    networkSentence(systemCodeOf(error), error instanceof Error ? error.message : undefined) ??
    `${at.endpoint} cannot be reached or is overloaded${said(error)}.`,
}

/** Wraps whatever a request threw. */
export function describeFailure(error: unknown, context: FailureContext): StorageError {
  if (error instanceof StorageError) return error
  const code = codeOf(error, context)
  const sentence = SENTENCES[code](context, error)
  return new StorageError(code, sentence, { driver: NAME, key: context.key, cause: error })
}

export function codeOf(
  error: unknown,
  { inBucket }: Pick<FailureContext, "inBucket"> = {},
): StorageErrorCode {
  if (error instanceof SignInError) return isNetwork(error) ? "UNAVAILABLE" : "CREDENTIALS"
  if (!(error instanceof AnswerError)) return "UNAVAILABLE"
  const { status, reason, message, isForeign } = error
  if (isForeign) return status >= 500 || status === 429 ? "UNAVAILABLE" : "NOT_A_STORE"
  if (isDamaged(error)) return "UPLOAD_INVALID"
  const code = REASONS[reason ?? ""] ?? STATUSES[status]
  if (code === "NOT_FOUND" && (inBucket || /bucket does not exist/i.test(message))) return "NO_SUCH_BUCKET"
  return code ?? (status >= 500 ? "UNAVAILABLE" : "UNSUPPORTED")
}

/** A byte was changed on its way, by the checksum that came along: sent again, it is hardly changed again. */
export function isDamaged(error: unknown): boolean {
  return (
    error instanceof AnswerError && error.status === 400 && /doesn't match calculated/i.test(error.message)
  )
}

/** The place where tokens are given out was not reached, in contrast to a file that could not be read. */
function isNetwork(error: SignInError): boolean {
  return /^(?:ECONN|ETIMEDOUT|EAI_|ENOTFOUND|ENETUNREACH|EHOSTUNREACH|EPIPE|PROXY_|CERTIFICATE_)/.test(
    systemCodeOf(error) ?? "",
  )
}

function credentials(error: unknown): string {
  if (error instanceof SignInError) {
    return isWithoutCredentials(error)
      ? "No credentials of Google Cloud were found: sign in (gcloud auth application-default login), pass --keyfile, or use --anonymous for a public bucket."
      : "Signing in at Google Cloud failed: sign in again (gcloud auth application-default login), or pass another --keyfile."
  }
  return "The store does not accept the credentials: sign in again (gcloud auth application-default login), or pass --keyfile. Without credentials, with --anonymous, only public buckets can be read."
}

function what({ bucket, key }: FailureContext): string {
  return key ? `${key} in the bucket ${bucket}` : `the bucket ${bucket}`
}

/** The store's own words, which say best what is denied to whom. */
function said(error: unknown): string {
  const message = error instanceof Error ? error.message.split("\n", 1)[0]?.slice(0, 500) : undefined
  const word = error instanceof AnswerError ? (error.reason ?? `status ${error.status}`) : systemCodeOf(error)
  const words = word && message?.includes(word) ? [message] : [word, message].filter((each) => each)
  return words.length > 0 ? `: ${words.join(": ").replace(/\.$/, "")}` : ""
}
