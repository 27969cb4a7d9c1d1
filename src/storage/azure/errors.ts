/**
 * The SDK's errors as ours: one table of codes, one sentence each that says what to do.
 * @see https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
 * @module
 */
import { StorageError, type StorageErrorCode } from "../driver.ts"
import { networkSentence } from "../network-error.ts"
import { type AzureFailure, inspect } from "./response.ts"

export const NAME = "azure"

/** What a request was about, for the sentence. */
export interface FailureContext {
  readonly container: string
  readonly key?: string | undefined
  readonly account: string
  /** Address of the account's blob service, without any signature. */
  readonly url: string
}

type Sentence = (context: FailureContext, failure: AzureFailure) => string

/** The store's error codes, and the SDK's names, to ours. */
const CODES: Readonly<Record<string, StorageErrorCode>> = {
  ContainerNotFound: "NO_SUCH_BUCKET",
  ContainerDisabled: "NO_SUCH_BUCKET",
  InvalidResourceName: "NO_SUCH_BUCKET",
  BlobNotFound: "NOT_FOUND",
  AuthorizationFailure: "ACCESS_DENIED",
  AuthorizationPermissionMismatch: "ACCESS_DENIED",
  AuthorizationProtocolMismatch: "ACCESS_DENIED",
  AuthorizationResourceTypeMismatch: "ACCESS_DENIED",
  AuthorizationServiceMismatch: "ACCESS_DENIED",
  AuthorizationSourceIPMismatch: "ACCESS_DENIED",
  InsufficientAccountPermissions: "ACCESS_DENIED",
  AccountIsDisabled: "ACCESS_DENIED",
  BlobImmutableDueToPolicy: "ACCESS_DENIED",
  KeyBasedAuthenticationNotPermitted: "CREDENTIALS",
  PublicAccessNotPermitted: "CREDENTIALS",
  NoAuthenticationInformation: "CREDENTIALS",
  InvalidAuthenticationInfo: "CREDENTIALS",
  AuthenticationFailed: "CREDENTIALS",
  AuthenticationError: "CREDENTIALS",
  AuthenticationRequiredError: "CREDENTIALS",
  AggregateAuthenticationError: "CREDENTIALS",
  CredentialUnavailableError: "CREDENTIALS",
  BlobAlreadyExists: "PRECONDITION_FAILED",
  InvalidBlobType: "PRECONDITION_FAILED", // there already, and of another type
  ConditionNotMet: "PRECONDITION_FAILED",
  TargetConditionNotMet: "PRECONDITION_FAILED",
  InvalidRange: "INVALID_RANGE",
  InvalidBlockList: "UPLOAD_INVALID",
  InvalidBlockId: "UPLOAD_INVALID",
  InvalidBlobOrBlock: "UPLOAD_INVALID",
  BlockCountExceedsLimit: "UPLOAD_INVALID",
  RequestBodyTooLarge: "UPLOAD_INVALID",
  AccountBeingCreated: "UNAVAILABLE",
  ContainerBeingDeleted: "UNAVAILABLE",
  PendingCopyOperation: "UNAVAILABLE",
  // The SDK's, of answers of status 200 that lack what Azure always sends.
  RangeError: "NOT_A_STORE",
  TypeError: "NOT_A_STORE",
}

/** For answers without a code that we know. Not 409: it stands for many things, and must not be taken for "exists already". */
const STATUSES: Readonly<Record<number, StorageErrorCode>> = {
  401: "CREDENTIALS",
  403: "ACCESS_DENIED",
  404: "NOT_FOUND",
  412: "PRECONDITION_FAILED",
  416: "INVALID_RANGE",
  429: "UNAVAILABLE",
}

const SENTENCES: Readonly<Record<StorageErrorCode, Sentence>> = {
  NOT_FOUND: (at) => `There is no object ${at.key ?? ""} in the container ${at.container}.`,
  NO_SUCH_BUCKET: (at) =>
    `The container ${at.container} does not exist at ${at.url}. To create it: az storage container create --name=${at.container} --account-name=${at.account}`,
  WRONG_REGION: (at) => `The container ${at.container} is elsewhere.`,
  CREDENTIALS: (at, failure) => `${credentials(failure)} (container ${at.container}${said(failure)})`,
  ACCESS_DENIED: (at, failure) => `Access to ${what(at)} is denied${said(failure)}.`,
  PRECONDITION_FAILED: (at) => `${what(at)} exists already or has changed.`,
  INVALID_RANGE: (at) => `${what(at)} has no bytes in the range asked for.`,
  UPLOAD_INVALID: (at, failure) => `The upload of ${what(at)} cannot go on${said(failure)}.`,
  UNSUPPORTED: (at, failure) => `${at.url} refuses this request for ${what(at)}${said(failure)}.`,
  NO_SPACE: (at, failure) => `There is no space left for ${what(at)}${said(failure)}.`,
  NOT_A_STORE: (at, { status }) =>
    `${at.url} does not answer like Azure Blob Storage${status === undefined ? "" : ` (status ${status})`}: check the endpoint, and for a proxy in between.`,
  UNAVAILABLE: (at, failure) =>
    networkSentence(failure.systemCode, failure.message) ??
    `${at.url} cannot be reached or is overloaded${said(failure)}.${failure.systemCode === "ENOTFOUND" ? " Check the account's name." : ""}`,
}

/** Wraps whatever a request threw. */
export function describeFailure(error: unknown, context: FailureContext): StorageError {
  if (error instanceof StorageError) return error
  const failure = inspect(error)
  const code = codeOf(failure)
  return new StorageError(code, SENTENCES[code](context, failure), {
    driver: NAME,
    key: context.key,
    cause: error,
  })
}

/** The store has said by name what is wrong, and would say so again. */
export function isFinal({ name }: AzureFailure): boolean {
  return CODES[name] !== undefined && CODES[name] !== "UNAVAILABLE"
}

/** The key is taken by an append or page blob, which no block blob can replace. */
export function isOfOtherType(error: unknown): boolean {
  return error instanceof StorageError && inspect(error.cause).name === "InvalidBlobType"
}

function codeOf(failure: AzureFailure): StorageErrorCode {
  const { name, status, isForeign } = failure
  const named = CODES[name]
  if (named) return named
  if (status === undefined || status >= 500) return "UNAVAILABLE"
  if (isForeign) return "NOT_A_STORE"
  return STATUSES[status] ?? "UNSUPPORTED"
}

function credentials({ name }: AzureFailure): string {
  switch (name) {
    case "CredentialUnavailableError":
    case "AggregateAuthenticationError":
    case "AuthenticationRequiredError":
      return "No usable Azure credentials were found: sign in (az login), pass --account-key or set AZURE_STORAGE_KEY, or use --anonymous for a public container."
    case "AuthenticationError":
      return "Signing in failed: check --tenant-id, --client-id and --secret, or sign in again (az login)."
    case "KeyBasedAuthenticationNotPermitted":
      return "The account permits no keys: sign in (az login) and pass --credential-type default_credentials."
    case "PublicAccessNotPermitted":
    case "NoAuthenticationInformation":
      return "The container is not public: leave out --anonymous and sign in."
    default:
      return "The store does not accept the credentials: check account name and account key, that they belong to this endpoint, and this computer's clock."
  }
}

function what({ container, key }: FailureContext): string {
  return key ? `${key} in the container ${container}` : `the container ${container}`
}

/** The store's own words, which say best what is denied to whom. */
function said({ name, message, systemCode }: AzureFailure): string {
  const words = [systemCode ?? name, message].filter(
    (word) => word && !/^(?:UnknownError|RestError|Error)$/.test(word),
  )
  return words.length > 0 ? `: ${words.join(": ").replace(/\.$/, "")}` : ""
}
