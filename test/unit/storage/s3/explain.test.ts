import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest"
import { explainS3 } from "../../../../src/storage/s3/explain.ts"

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "oci-store-explain-"))
  await writeFile(path.join(folder, "config"), "[profile paris]\nregion = eu-west-3\n")
  const key = "aws_access_key_id = AKIAPARIS7EX4\naws_secret_access_key = hush"
  await writeFile(path.join(folder, "credentials"), `[paris]\n${key}\n`)
})
afterAll(() => rm(folder, { recursive: true }))

/** No credentials of the machine that the tests run on. */
beforeEach(() => {
  for (const name of ["AWS_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) {
    vi.stubEnv(name, undefined)
  }
  vi.stubEnv("AWS_CONFIG_FILE", path.join(folder, "config"))
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", path.join(folder, "credentials"))
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true")
  return () => vi.unstubAllEnvs()
})

const { signal } = new AbortController()
const explain = (options: Record<string, string | boolean>, changes = {}) =>
  explainS3({ location: "images", options, origins: {}, env: {}, required: true, signal, ...changes })
const textsOf = async (...args: Parameters<typeof explain>) =>
  Object.fromEntries((await explain(...args)).map(({ title, level, text }) => [title, `${level}: ${text}`]))

test("keys of a profile, and its region", async () => {
  expect(await textsOf({ profile: "paris" }, { origins: { profile: "--profile" } })).toEqual({
    Endpoint: "ok: AWS; the bucket in the host name",
    Region: "ok: eu-west-3, from the AWS configuration (environment or profile)",
    Credentials: "ok: access key …7EX4 from the profile 'paris' (--profile)",
  })
})

test("keys of the environment, temporary ones with their end", async () => {
  vi.stubEnv("AWS_ACCESS_KEY_ID", "ASIAENV1234")
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "hush")
  vi.stubEnv("AWS_SESSION_TOKEN", "hush-too")
  vi.stubEnv("AWS_CREDENTIAL_EXPIRATION", "2126-11-21T05:00:00Z")
  const { Credentials } = await textsOf({ region: "eu-west-1" })
  expect(Credentials).toBe(
    "ok: access key …1234 from AWS_ACCESS_KEY_ID, temporary until 2126-11-21T05:00:00.000Z",
  )
})

test("keys of the command line, and a server of one's own", async () => {
  const options = { endpoint: "localhost:9000", "access-key": "minio", "secret-key": "hush" }
  const origins = { endpoint: "AWS_ENDPOINT_URL", "access-key": "--access-key" }
  expect(await textsOf(options, { origins })).toEqual({
    Endpoint: "ok: http://localhost:9000, from AWS_ENDPOINT_URL; the bucket in the path",
    Region: "ok: us-east-1, what servers other than AWS expect unless told otherwise",
    Credentials: "ok: access key …inio from --access-key",
  })
})

test("no keys: a failure where they are needed, and else nothing in sight", async () => {
  const { Region, Credentials } = await textsOf({})
  expect(Region).toMatch(/^failure: .*requires region/)
  expect(Credentials).toMatch(/^failure: No usable AWS credentials.*bucket images/)
  const [sight] = await explain({}, { location: undefined, required: false })
  expect(sight).toMatchObject({
    level: "skipped",
    text: expect.stringMatching(/^No usable AWS.*public bucket\.$/),
  })
})

test("who does not sign has no keys", async () => {
  const [credentials] = await explain({ anonymous: true }, { location: undefined })
  expect(credentials).toMatchObject({ level: "ok", text: expect.stringMatching(/^none/) })
})

test("a token file that cannot be read is a matter of credentials, and so is a profile without keys", async () => {
  vi.stubEnv("AWS_WEB_IDENTITY_TOKEN_FILE", "/nowhere/token")
  vi.stubEnv("AWS_ROLE_ARN", "arn:aws:iam::1:role/x")
  const { Credentials } = await textsOf({ region: "eu-west-1" })
  expect(Credentials).toMatch(/^failure: No usable AWS credentials were found.*\/nowhere\/token/)
  vi.stubEnv("AWS_WEB_IDENTITY_TOKEN_FILE", undefined)
  const options = { region: "eu-west-1", profile: "oslo" }
  const oslo = await textsOf(options, { origins: { profile: "AWS_PROFILE" } })
  expect(oslo["Credentials"]).toMatch(/There are none in the profile 'oslo' \(AWS_PROFILE\)\.$/)
})
