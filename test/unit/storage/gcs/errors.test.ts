import { IncomingMessage } from "node:http"
import { Socket } from "node:net"
import { expect, test } from "vitest"
import { StorageError } from "../../../../src/storage/driver.ts"
import { advise, isOverload } from "../../../../src/storage/gcs/advice.ts"
import { AnswerError } from "../../../../src/storage/gcs/answer.ts"
import { describeFailure } from "../../../../src/storage/gcs/errors.ts"
import { SignInError } from "../../../../src/storage/gcs/sign-in.ts"

const context = { bucket: "images", key: "a/b", endpoint: "https://storage.googleapis.com" }

const answer = (status: number, headers: Record<string, string>, body: string) => {
  const message = new IncomingMessage(new Socket())
  message.statusCode = status
  message.headers = headers
  return new AnswerError(message, body)
}
const said = (status: number, reason: string, message = "The store's words.", headers = {}) =>
  answer(
    status,
    { "content-type": "application/json", ...headers },
    JSON.stringify({ error: { code: status, message, errors: [{ reason }] } }),
  )
const damaged = said(400, "invalid", 'Provided CRC32C "AAAA" doesn\'t match calculated CRC32C "BBBB".')
const plain = (status: number, body = "") => answer(status, { "content-type": "text/html" }, body)
const system = (code: string) => Object.assign(new Error("It broke."), { code })
const noCredentials = new SignInError("Could not load the default credentials. Browse to https://…")

test.for([
  [said(404, "notFound", "No such object: images/a/b"), "NOT_FOUND"],
  [said(404, "notFound", "The specified bucket does not exist."), "NO_SUCH_BUCKET"],
  [plain(404, "No such object: images/a/b"), "NOT_FOUND"],
  [said(401, "authError", "Invalid Credentials"), "CREDENTIALS"],
  [said(401, "required", "Anonymous caller does not have storage.objects.get access"), "CREDENTIALS"],
  [said(403, "forbidden"), "ACCESS_DENIED"],
  [said(403, "rateLimitExceeded"), "UNAVAILABLE"],
  [said(412, "conditionNotMet"), "PRECONDITION_FAILED"],
  [said(416, "requestedRangeNotSatisfiable"), "INVALID_RANGE"],
  [
    answer(416, { "content-type": "application/xml" }, "<?xml?><Error><Code>x</Code></Error>"),
    "INVALID_RANGE",
  ],
  [said(410, "gone"), "UPLOAD_INVALID"],
  [said(429, "rateLimitExceeded"), "UNAVAILABLE"],
  [said(503, "backendError"), "UNAVAILABLE"],
  [said(501, "notImplemented"), "UNSUPPORTED"],
  [said(400, "invalid"), "UNSUPPORTED"],
  [damaged, "UPLOAD_INVALID"],
  [plain(404, "<html>Hello</html>"), "NOT_A_STORE"],
  [plain(502, "<!DOCTYPE html><html>"), "UNAVAILABLE"],
  [noCredentials, "CREDENTIALS"],
  [new SignInError("invalid_grant"), "CREDENTIALS"],
  [new SignInError("no file", { cause: system("ENOENT") }), "CREDENTIALS"],
  [new SignInError("no way", { cause: system("ENOTFOUND") }), "UNAVAILABLE"],
  [system("ECONNREFUSED"), "UNAVAILABLE"],
  ["no error at all", "UNAVAILABLE"],
] as const)("%o is %s", ([error, code]) => {
  const described = describeFailure(error, context)
  expect(described).toMatchObject({ code, driver: "gcs", key: "a/b", cause: error })
  expect(described.message).toMatch(/\.$|\)$|a\/b$|gs:\/\/images$/)
  expect(described.message).not.toMatch(/undefined|\n/)
})

test("what is one of ours already stays", () => {
  const error = new StorageError("NO_SPACE", "Full.", { driver: "gcs" })
  expect(describeFailure(error, context)).toBe(error)
})

test("where no object is meant it is the bucket that is not found", () => {
  const { code, message } = describeFailure(said(404, "notFound"), { ...context, inBucket: true })
  expect(code).toBe("NO_SUCH_BUCKET")
  expect(message).toContain("gcloud storage buckets create gs://images")
})

test("missing credentials are told with every way out", () => {
  const { message } = describeFailure(noCredentials, context)
  for (const way of ["gcloud auth application-default login", "--keyfile", "--anonymous"]) {
    expect(message).toContain(way)
  }
})

test.for([
  [said(503, "backendError"), { notBefore: undefined }],
  [said(429, "rateLimitExceeded", "", { "retry-after": "3" }), { notBefore: 3000 }],
  [said(403, "userRateLimitExceeded"), { notBefore: undefined }],
  [system("ECONNRESET"), { attempts: Infinity }],
  [system("ENOTFOUND"), { attempts: 2 }],
  [damaged, { attempts: 4 }],
  [said(403, "forbidden"), undefined],
  [said(404, "notFound"), undefined],
  [system("CERT_HAS_EXPIRED"), undefined],
  [new SignInError("invalid_grant"), undefined],
  [new TypeError("a bug"), undefined],
] as const)("%o is retried as %o", ([error, advice]) => {
  expect(advise(error)).toEqual(advice)
})

test("a store that is busy gets fewer requests", () => {
  const asked = [
    said(429, "x"),
    said(503, "x"),
    said(403, "rateLimitExceeded"),
    said(500, "x"),
    system("EPIPE"),
  ]
  expect(asked.map(isOverload)).toEqual([true, true, true, false, false])
})
