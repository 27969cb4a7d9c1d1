/**
 * Stores that refuse, and what is no store at all. The answers are those of the clouds' documentation: not every one of them can be
 * had from a server that runs here.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 * @see https://cloud.google.com/storage/docs/json_api/v1/status-codes
 * @see https://learn.microsoft.com/rest/api/storageservices/blob-service-error-codes
 */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { type FakeDaemon, startFakeDaemon } from "../support/fake-daemon.ts"
import { type Fault, type FaultProxy, startFaultProxy } from "../support/fault-proxy.ts"
import { run } from "./run.ts"

let daemon: FakeDaemon
let server: FaultProxy

beforeAll(async () => {
  daemon = await startFakeDaemon({ image: "app:1" })
  server = await startFaultProxy()
  vi.stubEnv("AWS_ACCESS_KEY_ID", "key")
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret")
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await daemon[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

const BACKENDS = {
  s3: ["s3"],
  gcs: ["gcs"],
  azure: ["azure", "-a", "acme", "-k", Buffer.from("key").toString("base64")],
}
type Backend = keyof typeof BACKENDS

/** Both ways: exit code 4, one sentence, and nothing asked of the daemon that would have to be undone. */
async function failing(backend: Backend, endpoint = server.url): Promise<string[]> {
  const errors: string[] = []
  for (const command of ["push", "pull"]) {
    const region = backend === "s3" ? ["--region", "eu-west-1"] : []
    const argv = [...BACKENDS[backend], command, ...region, "--endpoint", endpoint, "images/app:1"]
    const { code, stdout, stderr } = await run(argv, {
      env: { HOME: "/nowhere", DOCKER_HOST: daemon.address },
    })
    expect({ argv, code, stdout }).toEqual({ argv, code: 4, stdout: "" })
    expect(stderr).not.toContain("    at ")
    errors.push(stderr.slice(stderr.indexOf("Error: ")))
  }
  expect(daemon.orders).toEqual([])
  return errors
}

const s3 = (status: number, code: string, message: string, more = "", headers = {}): Fault => ({
  status,
  headers: { "content-type": "application/xml", ...headers },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message>${more}<RequestId>1</RequestId></Error>`,
})
const gcs = (code: number, reason: string, message: string): Fault => ({
  status: code,
  headers: { "content-type": "application/json; charset=UTF-8" },
  body: JSON.stringify({ error: { code, message, errors: [{ domain: "global", reason, message }] } }),
})
const azure = (status: number, code: string, message: string): Fault => ({
  status,
  headers: { "content-type": "application/xml", "x-ms-error-code": code, "x-ms-request-id": "1" },
  body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}\nRequestId:1</Message></Error>`,
})

describe("a store that refuses: 4", () => {
  it.each<[string, Backend, Fault, RegExp]>([
    [
      "bucket of another region, which the answer names",
      "s3",
      s3(
        301,
        "PermanentRedirect",
        "The bucket you are attempting to access must be addressed using the specified endpoint.",
        "<Endpoint>images.s3.eu-central-1.amazonaws.com</Endpoint><Bucket>images</Bucket>",
        { "x-amz-bucket-region": "eu-central-1" },
      ),
      /bucket images is in the region eu-central-1, not eu-west-1: pass --region eu-central-1\./,
    ],
    [
      "bucket of another region, which the body names",
      "s3",
      s3(
        400,
        "AuthorizationHeaderMalformed",
        "The authorization header is malformed; the region 'eu-west-1' is wrong; expecting 'eu-central-1'",
        "<Region>eu-central-1</Region>",
      ),
      /pass --region eu-central-1\./,
    ],
    [
      "unknown key",
      "s3",
      s3(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
      /does not accept the credentials: check access key and secret key.*bucket images.*InvalidAccessKeyId/,
    ],
    [
      "wrong secret",
      "s3",
      s3(403, "SignatureDoesNotMatch", "The request signature we calculated does not match."),
      /does not accept the credentials/,
    ],
    [
      "credentials that ran out",
      "s3",
      s3(400, "ExpiredToken", "The provided token has expired."),
      /credentials have expired: sign in again/,
    ],
    [
      "denied",
      "s3",
      s3(403, "AccessDenied", "User: arn:aws:iam::1:user/me is not authorized to perform: s3:GetObject"),
      /Access to .* is denied: .*user\/me is not authorized.*\nHint: A push has to read, write and list there, a pull to read/,
    ],
    [
      "no such bucket",
      "s3",
      s3(404, "NoSuchBucket", "The specified bucket does not exist"),
      /bucket images does not exist at http:.* To create it: aws s3 mb s3:\/\/images --endpoint-url http:/,
    ],
    [
      "wrong credentials",
      "gcs",
      gcs(401, "authError", "Invalid Credentials"),
      /does not accept the credentials: sign in again \(gcloud auth application-default login\)/,
    ],
    [
      "denied",
      "gcs",
      gcs(403, "forbidden", "me@example.com does not have storage.objects.get access."),
      /Access to .* is denied: .*storage\.objects\.get/,
    ],
    [
      "no such bucket",
      "gcs",
      gcs(404, "notFound", "The specified bucket does not exist."),
      /bucket images does not exist at http:.* To create it: gcloud storage buckets create gs:\/\/images/,
    ],
    [
      "wrong key",
      "azure",
      azure(403, "AuthenticationFailed", "Server failed to authenticate the request."),
      /does not accept the credentials: check account name and account key/,
    ],
    [
      "denied",
      "azure",
      azure(403, "AuthorizationPermissionMismatch", "This request is not authorized."),
      /Access to .* in the container images is denied: AuthorizationPermissionMismatch/,
    ],
    [
      "no such container",
      "azure",
      azure(404, "ContainerNotFound", "The specified container does not exist."),
      /container images does not exist at http:.* To create it: az storage container create --name=images --account-name=acme/,
    ],
  ])("%s (%s)", async (_, backend, answer, sentence) => {
    server.plan(() => answer)
    for (const error of await failing(backend)) expect(error).toMatch(sentence)
  })
})

const PAGE = "<!DOCTYPE html><html><head><title>Welcome</title></head><body><h1>It works</h1></body></html>"
const html = { "content-type": "text/html" }
const json = { "content-type": "application/json" }

describe.each(["s3", "gcs", "azure"] as const)("no store at all, for %s: 4, and where to look", (backend) => {
  it.each<[string, Fault]>([
    ["a web page", { status: 200, headers: html, body: PAGE }],
    ["a web page with status 404", { status: 404, headers: html, body: PAGE }],
    ["a proxy's page with status 403", { status: 403, headers: html, body: PAGE }],
    ["another API", { status: 200, headers: json, body: `{"ok":true}` }],
    ["another API with status 404", { status: 404, headers: json, body: `{"message":"not found"}` }],
  ])("%s", async (_, answer) => {
    server.plan(() => answer)
    for (const error of await failing(backend)) {
      expect(error).toMatch(
        /^Error: http:\S+ does not answer like .*check the endpoint, and for a proxy in between\.\n$/i,
      )
    }
  })

  it("nobody there", async () => {
    const gone = await startFaultProxy()
    await gone[Symbol.asyncDispose]()
    for (const error of await failing(backend, gone.url)) {
      expect(error).toMatch(
        /^Error: http:\S+ cannot be reached or is overloaded: .*ECONNREFUSED.*\nHint: Check the network and the address\./,
      )
    }
  })
})
