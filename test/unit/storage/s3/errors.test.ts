import { expect, test } from "vitest"
import { StorageError } from "../../../../src/storage/driver.ts"
import { advise } from "../../../../src/storage/s3/advice.ts"
import { describeFailure } from "../../../../src/storage/s3/errors.ts"

const context = { bucket: "images", key: "a/b", region: "us-east-1" }

/** An error as the SDK makes them: with a fault, unless the answer could not be read. */
const failure = (status: number | undefined, fields: object = {}) =>
  Object.assign(new Error("The store's words."), {
    ...(status !== undefined && {
      $fault: status < 500 ? "client" : "server",
      $metadata: { httpStatusCode: status },
      $response: { statusCode: status, headers: {} },
    }),
    ...fields,
  })
const named = (name: string, status = 400) => failure(status, { name, Code: name })

test.for([
  [named("NoSuchBucket", 404), "NO_SUCH_BUCKET"],
  [named("NoSuchKey", 404), "NOT_FOUND"],
  [named("NotFound", 404), "NOT_FOUND"],
  [named("AccessDenied", 403), "ACCESS_DENIED"],
  [failure(403, { name: "Unknown" }), "ACCESS_DENIED"],
  [named("InvalidAccessKeyId", 403), "CREDENTIALS"],
  [named("SignatureDoesNotMatch", 403), "CREDENTIALS"],
  [named("ExpiredToken"), "CREDENTIALS"],
  [named("XAdminUserNotFound", 404), "CREDENTIALS"],
  [failure(undefined, { name: "CredentialsProviderError" }), "CREDENTIALS"],
  [failure(400, { name: "Unknown" }), "CREDENTIALS"],
  [named("PermanentRedirect", 301), "WRONG_REGION"],
  [failure(301, { name: "Unknown" }), "WRONG_REGION"],
  [named("AuthorizationHeaderMalformed"), "WRONG_REGION"],
  [named("PreconditionFailed", 412), "PRECONDITION_FAILED"],
  [named("ConditionalRequestConflict", 409), "PRECONDITION_FAILED"],
  [named("InvalidRange", 416), "INVALID_RANGE"],
  [named("NoSuchUpload", 404), "UPLOAD_INVALID"],
  [named("InvalidPart", 503), "UPLOAD_INVALID"],
  [named("BadDigest"), "UPLOAD_INVALID"],
  [named("XAmzContentSHA256Mismatch"), "UPLOAD_INVALID"],
  [named("XMinioStorageFull", 507), "NO_SPACE"],
  [named("SlowDown", 503), "UNAVAILABLE"],
  [named("InternalError", 500), "UNAVAILABLE"],
  [named("RequestTimeout", 400), "UNAVAILABLE"],
  [named("NotImplemented", 501), "UNSUPPORTED"],
  [named("MalformedXML", 400), "UNSUPPORTED"],
  [failure(undefined, { code: "ECONNREFUSED" }), "UNAVAILABLE"],
  [failure(undefined, { code: "ENOTFOUND" }), "UNAVAILABLE"],
  [failure(undefined, { name: "TimeoutError" }), "UNAVAILABLE"],
  [failure(404, { $fault: undefined }), "NOT_A_STORE"],
  [failure(200, { $fault: undefined }), "NOT_A_STORE"],
  [failure(502, { $fault: undefined }), "UNAVAILABLE"],
  ["no error at all", "UNAVAILABLE"],
] as const)("%o is %s", ([error, code]) => {
  const described = describeFailure(error, context)
  expect(described).toMatchObject({ code, driver: "s3", key: "a/b", cause: error })
  expect(described.message).toMatch(/^[A-Zahs].*[^.]$|\.$|\)$/)
  expect(described.message).not.toMatch(/undefined|Unknown/)
})

test("what is one of ours already stays", () => {
  const error = new StorageError("NO_SPACE", "Full.", { driver: "s3" })
  expect(describeFailure(error, context)).toBe(error)
})

test("the store's words say who is denied what", () => {
  const { message } = describeFailure(named("AccessDenied", 403), context)
  expect(message).toBe("Access to a/b in the bucket images is denied: AccessDenied: The store's words.")
})

test("a region is read from header or body", () => {
  const header = failure(301, {
    $response: { statusCode: 301, headers: { "x-amz-bucket-region": "eu-west-1" } },
  })
  const body = failure(400, { name: "AuthorizationHeaderMalformed", Region: "eu-west-1" })
  for (const error of [header, body]) {
    expect(describeFailure(error, context).message).toContain("--region eu-west-1")
  }
})

test("the cause of a failed connection is found behind several addresses", () => {
  const error = new AggregateError([failure(undefined, { code: "ECONNREFUSED" })], "")
  const { message } = describeFailure(new Error("fetch failed", { cause: error }), {
    ...context,
    endpoint: "http://minio:9000",
  })
  expect(message).toMatch(/^http:\/\/minio:9000 .*ECONNREFUSED/)
})

test.for([
  [named("SlowDown", 503), { notBefore: undefined }],
  [failure(500, { name: "Unknown" }), { notBefore: undefined }],
  [failure(429, { $response: { headers: { "retry-after": "3" } } }), { notBefore: 3000 }],
  [failure(undefined, { name: "TimeoutError" }), { notBefore: undefined }],
  [failure(undefined, { code: "ECONNRESET" }), { attempts: Infinity }],
  [failure(undefined, { code: "ENOTFOUND" }), { attempts: 2 }],
  [named("RequestTimeTooSkewed", 403), { attempts: 2 }],
  [named("BadDigest"), { attempts: 4 }],
  [named("XAmzContentSHA256Mismatch"), { attempts: 4 }],
  [named("AccessDenied", 403), undefined],
  [named("InvalidPart", 503), undefined],
  [failure(404, { name: "NotFound" }), undefined],
  [failure(undefined, { code: "CERT_HAS_EXPIRED" }), undefined],
  [new TypeError("a bug"), undefined],
] as const)("%o is retried as %o", ([error, advice]) => {
  expect(advise(error)).toEqual(advice)
})
