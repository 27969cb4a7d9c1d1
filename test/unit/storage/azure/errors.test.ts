import { expect, test } from "vitest"
import { advise, isOverload } from "../../../../src/storage/azure/advice.ts"
import { describeFailure } from "../../../../src/storage/azure/errors.ts"
import { StorageError } from "../../../../src/storage/driver.ts"

const context = { container: "images", key: "a/b", account: "acme", url: "https://acme.example.com" }

/** An error as the SDK makes them of an answer. */
const failure = (statusCode: number, headers: Record<string, string> = { "x-ms-request-id": "1" }) =>
  Object.assign(new Error("The store's words.\nRequestId:1\nTime:now"), {
    name: "RestError",
    statusCode,
    response: { status: statusCode, headers: new Headers(headers) },
  })
const named = (code: string, status: number) =>
  Object.assign(failure(status, { "x-ms-error-code": code, "x-ms-request-id": "1" }), { code })
const broken = (code: string) => Object.assign(new Error(`connect ${code}`), { name: "RestError", code })
const unsigned = (name: string) => Object.assign(new Error("No way."), { name })

test.for([
  [named("ContainerNotFound", 404), "NO_SUCH_BUCKET"],
  [named("InvalidResourceName", 400), "NO_SUCH_BUCKET"],
  [named("BlobNotFound", 404), "NOT_FOUND"],
  [named("CannotVerifyCopySource", 404), "NOT_FOUND"],
  [failure(404), "NOT_FOUND"],
  [named("AuthenticationFailed", 403), "CREDENTIALS"],
  [named("InvalidAuthenticationInfo", 401), "CREDENTIALS"],
  [named("KeyBasedAuthenticationNotPermitted", 403), "CREDENTIALS"],
  [named("PublicAccessNotPermitted", 409), "CREDENTIALS"],
  [unsigned("CredentialUnavailableError"), "CREDENTIALS"],
  [unsigned("AggregateAuthenticationError"), "CREDENTIALS"],
  [unsigned("AuthenticationError"), "CREDENTIALS"],
  [named("AuthorizationFailure", 403), "ACCESS_DENIED"],
  [named("AuthorizationPermissionMismatch", 403), "ACCESS_DENIED"],
  [failure(403), "ACCESS_DENIED"],
  [named("BlobAlreadyExists", 409), "PRECONDITION_FAILED"],
  [named("InvalidBlobType", 409), "PRECONDITION_FAILED"],
  [named("ConditionNotMet", 412), "PRECONDITION_FAILED"],
  [failure(412), "PRECONDITION_FAILED"],
  [named("InvalidRange", 416), "INVALID_RANGE"],
  [named("InvalidBlockList", 400), "UPLOAD_INVALID"],
  [named("BlobArchived", 409), "UNSUPPORTED"],
  [named("ContainerBeingDeleted", 409), "UNAVAILABLE"],
  [named("ServerBusy", 503), "UNAVAILABLE"],
  [named("OperationTimedOut", 500), "UNAVAILABLE"],
  [named("InvalidHeaderValue", 400), "UNSUPPORTED"],
  [failure(404, {}), "NOT_A_STORE"],
  [failure(200, {}), "NOT_A_STORE"],
  [failure(502, {}), "UNAVAILABLE"],
  [broken("ECONNREFUSED"), "UNAVAILABLE"],
  ["no error at all", "UNAVAILABLE"],
] as const)("%o is %s", ([error, code]) => {
  const described = describeFailure(error, context)
  expect(described).toMatchObject({ code, driver: "azure", key: "a/b", cause: error })
  expect(described.message).not.toMatch(/undefined|Unknown|RestError|RequestId/)
})

test("what is one of ours already stays", () => {
  const error = new StorageError("NO_SPACE", "Full.", { driver: "azure" })
  expect(describeFailure(error, context)).toBe(error)
})

test("the store's words say who is denied what", () => {
  const { message } = describeFailure(named("AuthorizationPermissionMismatch", 403), context)
  expect(message).toBe(
    "Access to a/b in the container images is denied: AuthorizationPermissionMismatch: The store's words.",
  )
})

test("an account that does not exist is taken for a typing error", () => {
  expect(describeFailure(broken("ENOTFOUND"), context).message).toMatch(/acme.*Check the account's name\.$/)
})

test.for([
  [named("ServerBusy", 503), { notBefore: undefined }],
  [failure(429, { "retry-after": "3" }), { notBefore: 3000 }],
  [named("ContainerBeingDeleted", 409), { notBefore: undefined }],
  [broken("ECONNRESET"), { attempts: Infinity }],
  [broken("ENOTFOUND"), { attempts: 2 }],
  [broken("PARSE_ERROR"), { attempts: 3 }],
  [broken("CERT_HAS_EXPIRED"), undefined],
  [named("AuthenticationFailed", 403), undefined],
  [named("BlobNotFound", 404), undefined],
  [unsigned("CredentialUnavailableError"), undefined],
  [new TypeError("a bug"), undefined],
] as const)("%o is retried as %o", ([error, advice]) => {
  expect(advise(error)).toEqual(advice)
})

test("a busy store wants fewer requests", () => {
  expect(isOverload(named("ServerBusy", 503))).toBe(true)
  expect(isOverload(named("InternalError", 500))).toBe(false)
})
