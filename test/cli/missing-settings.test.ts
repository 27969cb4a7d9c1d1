import { beforeEach, afterEach, expect, it, vi } from "vitest"
import { run } from "./run.ts"

/** What the SDKs would find out by themselves on the machine that the tests run on. */
const FOUND_BY_SDKS = [
  /^(AWS|AZURE|GOOGLE|GCLOUD|CLOUDSDK)_/,
  /^(IDENTITY|IMDS|MSI)_/,
  /^(STORAGE_EMULATOR_HOST|HOME|APPDATA)$/,
]

beforeEach(() => {
  for (const name of Object.keys(process.env)) {
    if (FOUND_BY_SDKS.some((pattern) => pattern.test(name))) vi.stubEnv(name, undefined)
  }
  vi.stubEnv("HOME", "/nowhere")
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true")
  vi.stubEnv("METADATA_SERVER_DETECTION", "none")
})
afterEach(() => {
  vi.unstubAllEnvs()
})

it.each([
  ["s3 push my-bucket/app:1", /requires region: pass --region or set AWS_REGION\./],
  ["s3 pull my-bucket/app:1", /requires region/],
  ["s3 push --profile nobody my-bucket/app:1", /requires region/],
  ["s3 push --region eu-west-1 --access-key a my-bucket/app:1", /--access-key needs --secret-key/],
  ["gcs push my-bucket/app:1", /requires project ID .*--project-id or set GOOGLE_CLOUD_PROJECT/],
  ["azure push my-container/app:1", /requires account name/],
  [
    "azure push my-container/app:1",
    /the account name needs to be specified by --account-name or AZURE_STORAGE_ACCOUNT/,
  ],
  [
    "azure push -a acme --credential-type shared_key my-container/app:1",
    /the account key needs to be specified by --account-key or AZURE_STORAGE_KEY/,
  ],
  ["azure push -a acme --credential-type client_secret my-container/app:1", /--tenant-id/],
])("%s: 2, and what is missing", async (line, sentence) => {
  const { code, stdout, stderr } = await run(line.split(" "))
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
  expect(stderr).toMatch(sentence)
  expect(stderr).toMatch(/\nHint: `oci-store \w+ (push|pull) --help` shows/)
})
