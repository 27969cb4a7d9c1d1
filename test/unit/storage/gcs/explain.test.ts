import { generateKeyPairSync } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest"
import { explainGcs } from "../../../../src/storage/gcs/explain.ts"

let folder: string
let env: Record<string, string>

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "oci-store-gcs-explain-"))
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const key = {
    type: "service_account",
    project_id: "p",
    client_email: "ci@p.iam.gserviceaccount.com",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
  }
  await writeFile(path.join(folder, "key.json"), JSON.stringify(key))
  await writeFile(path.join(folder, "broken.json"), "no JSON")
})
afterAll(() => rm(folder, { recursive: true }))

/** No credentials of the machine that the tests run on. */
beforeEach(() => {
  env = { CLOUDSDK_CONFIG: folder, METADATA_SERVER_DETECTION: "none", GOOGLE_APPLICATION_CREDENTIALS: "" }
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value)
  return () => vi.unstubAllEnvs()
})

const { signal } = new AbortController()
const credentialsOf = async (options: Record<string, string | boolean>, changes = {}) => {
  const question = { location: "images", options, origins: {}, env, required: true, signal, ...changes }
  const found = (await explainGcs(question)).find(({ title }) => title === "Credentials")
  return `${found?.level}: ${found?.text}`
}

test("a key file is told with its kind and its account", async () => {
  const keyfile = path.join(folder, "key.json")
  expect(await credentialsOf({ keyfile }, { origins: { keyfile: "--keyfile" } })).toBe(
    `ok: service account ci@p.iam.gserviceaccount.com, from ${keyfile} (--keyfile)`,
  )
  vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", keyfile)
  env["GOOGLE_APPLICATION_CREDENTIALS"] = keyfile
  const origins = { keyfile: "GOOGLE_APPLICATION_CREDENTIALS" }
  expect(await credentialsOf({}, { origins })).toContain(`${keyfile} (GOOGLE_APPLICATION_CREDENTIALS)`)
})

test("what gcloud left is told as a user's sign-in", async () => {
  const file = path.join(folder, "application_default_credentials.json")
  const user = { type: "authorized_user", client_id: "c", client_secret: "s", refresh_token: "hush" }
  await writeFile(file, JSON.stringify(user))
  expect(await credentialsOf({})).toBe(`ok: a user's sign-in, from ${file} (gcloud's sign-in)`)
  await rm(file)
})

test("a key file that cannot be read is a failure, and nothing of it is shown", async () => {
  const text = await credentialsOf({ keyfile: path.join(folder, "broken.json") })
  expect(text).toMatch(/^failure: Signing in at Google Cloud failed/)
  expect(text).not.toContain("no JSON")
})

test("no credentials: a failure where they are needed, and else nothing in sight", async () => {
  expect(await credentialsOf({})).toMatch(/^failure: No credentials of Google Cloud were found/)
  expect(await credentialsOf({}, { location: undefined, required: false })).toMatch(
    /^skipped: .*public bucket\.$/,
  )
})

test("nobody signs in at an emulator, or who says so", async () => {
  expect(await credentialsOf({ anonymous: true })).toBe("ok: none: from --anonymous")
  expect(await credentialsOf({ endpoint: "localhost:4443" })).toMatch(
    /^ok: none: a server other than Google's/,
  )
})
