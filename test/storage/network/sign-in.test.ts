/**
 * Where the SDKs sign in goes the same way as everything else; what gives a machine its own credentials is asked directly.
 */
import { createHash } from "node:crypto"
import { once } from "node:events"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer, type RequestListener } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { keepMetadataDirect } from "../../../src/cli/direct.ts"
import { createAzureDriver } from "../../../src/storage/azure/driver.ts"
import { createMemoryBudget } from "../../../src/storage/budget.ts"
import type { StorageDriver } from "../../../src/storage/driver.ts"
import { createGcsDriver } from "../../../src/storage/gcs/driver.ts"
import { createS3Driver } from "../../../src/storage/s3/driver.ts"
import { type ForwardProxy, startForwardProxy } from "../../support/forward-proxy.ts"
import { via } from "./setup.ts"

const USER = { client_id: "c", client_secret: "s", refresh_token: "r" }
const shared = { budget: createMemoryBudget(1024), concurrency: 1 }
let folder: string
let proxy: ForwardProxy

/** Nothing of the machine that the tests run on, and a proxy that lets nothing through. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-sign-in-"))
  await writeFile(join(folder, "token"), "token")
  proxy = await startForwardProxy({ status: 403 })
  const none = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "GOOGLE_APPLICATION_CREDENTIALS"]
  for (const name of none) vi.stubEnv(name, undefined)
  for (const name of ["HOME", "CLOUDSDK_CONFIG", "AZURE_CONFIG_DIR"]) vi.stubEnv(name, folder)
  // What the SDKs would do by themselves has to come out in the list of what the proxy saw.
  for (const name of ["HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"]) vi.stubEnv(name, proxy.url)
  for (const name of ["NO_PROXY", "no_proxy"]) vi.stubEnv(name, undefined)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await proxy[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function failureOf(driver: StorageDriver): Promise<string> {
  try {
    return String(await driver.stat("k").catch((error: unknown) => error))
  } finally {
    await driver[Symbol.asyncDispose]()
  }
}

async function serve(answer: RequestListener) {
  const server = createServer(answer).listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The server has no port.")
  return {
    host: `127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    },
  }
}

test("s3 exchanges a web identity through the proxy", async () => {
  vi.stubEnv("AWS_WEB_IDENTITY_TOKEN_FILE", join(folder, "token"))
  vi.stubEnv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/ci")
  const options = { bucket: "images", region: "eu-west-1", network: via(proxy.url) }
  const said = await failureOf(createS3Driver(options, shared))
  expect(said).toMatch(/proxy .* does not let through to sts\.eu-west-1\.amazonaws\.com:443/)
  expect(new Set(proxy.seen)).toEqual(new Set(["CONNECT sts.eu-west-1.amazonaws.com:443"]))
})

test("s3 asks for single sign-on's credentials through the proxy", async () => {
  vi.stubEnv("AWS_CONFIG_FILE", join(folder, "config"))
  await writeFile(
    join(folder, "config"),
    "[profile work]\nsso_session = corp\nsso_account_id = 123456789012\nsso_role_name = dev\n[sso-session corp]\nsso_region = eu-west-1\nsso_start_url = https://corp.awsapps.com/start\n",
  )
  await mkdir(join(folder, ".aws/sso/cache"), { recursive: true })
  const cache = `${createHash("sha1").update("corp").digest("hex")}.json`
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
  await writeFile(join(folder, ".aws/sso/cache", cache), JSON.stringify({ accessToken: "token", expiresAt }))
  const options = { bucket: "images", region: "eu-west-1", profile: "work", network: via(proxy.url) }
  const said = await failureOf(createS3Driver(options, shared))
  expect(said).toMatch(/proxy .* does not let through to portal\.sso\.eu-west-1\.amazonaws\.com:443/)
})

test("s3 asks a container's credentials without the proxy", async () => {
  await using service = await serve((_, response) => {
    const Expiration = new Date(Date.now() + 3_600_000).toISOString()
    const keys = { AccessKeyId: "AKIDEXAMPLE", SecretAccessKey: "secret", Token: "token", Expiration }
    response.setHeader("content-type", "application/json").end(JSON.stringify(keys))
  })
  vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", `http://${service.host}/credentials`)
  const options = { bucket: "images", region: "eu-west-1", network: via(proxy.url) }
  const said = await failureOf(createS3Driver(options, shared))
  expect(said).toMatch(/does not let through to images\.s3\.eu-west-1\.amazonaws\.com:443/)
  expect(new Set(proxy.seen)).toEqual(new Set(["CONNECT images.s3.eu-west-1.amazonaws.com:443"]))
})

test.for<[string, object, string]>([
  [
    "a federated identity",
    {
      type: "external_account",
      audience: "//iam.googleapis.com/x",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      token_url: "https://sts.googleapis.com/v1/token",
      credential_source: { file: "TOKEN" },
    },
    "sts.googleapis.com:443",
  ],
  ["a user", { type: "authorized_user", ...USER }, "oauth2.googleapis.com:443"],
  [
    "a user in the name of a service account",
    {
      type: "impersonated_service_account",
      service_account_impersonation_url:
        "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/ci@p.iam.gserviceaccount.com:generateAccessToken",
      source_credentials: { type: "authorized_user", ...USER },
    },
    "oauth2.googleapis.com:443",
  ],
])("gcs signs in %s through the proxy", async ([, credentials, target]) => {
  const keyfile = join(folder, "key.json")
  await writeFile(keyfile, JSON.stringify(credentials).replace("TOKEN", join(folder, "token")))
  const said = await failureOf(
    createGcsDriver({ bucket: "images", keyfile, network: via(proxy.url) }, shared),
  )
  expect(said).toMatch(/^StorageError: The proxy .* does not let through to /)
  expect(said).toContain(target)
  expect(new Set(proxy.seen)).toEqual(new Set([`CONNECT ${target}`]))
})

test("gcs asks the metadata server without the proxy", async () => {
  await using service = await serve((request, response) => {
    response.setHeader("metadata-flavor", "Google").setHeader("content-type", "application/json")
    const isToken = request.url?.includes("/token")
    response.end(isToken ? JSON.stringify({ access_token: "token", expires_in: 3600 }) : '"x"')
  })
  vi.stubEnv("GCE_METADATA_HOST", service.host)
  vi.stubEnv("METADATA_SERVER_DETECTION", "assume-present")
  keepMetadataDirect(process.env)
  const said = await failureOf(createGcsDriver({ bucket: "images", network: via(proxy.url) }, shared))
  expect(said).toMatch(/does not let through to storage\.googleapis\.com:443/)
  expect(new Set(proxy.seen)).toEqual(new Set(["CONNECT storage.googleapis.com:443"]))
})

const container = { container: "images", accountName: "acme" }

test("azure signs an application in through the proxy", async () => {
  const application = { tenantId: "00000000-0000-0000-0000-000000000000", clientId: "c", clientSecret: "s" }
  const options = { ...container, ...application, network: via(proxy.url) }
  const said = await failureOf(await createAzureDriver(options, shared))
  expect(new Set(proxy.seen)).toEqual(new Set(["CONNECT login.microsoftonline.com:443"]))
  expect(said).toMatch(/proxy .* does not let through to login\.microsoftonline\.com:443/)
})

test("azure asks a managed identity without the proxy", async () => {
  await using service = await serve((_, response) => {
    const expires_on = String(Math.floor(Date.now() / 1000) + 3600)
    const token = {
      access_token: "token",
      expires_on,
      resource: "https://storage.azure.com",
      token_type: "Bearer",
    }
    response.setHeader("content-type", "application/json").end(JSON.stringify(token))
  })
  vi.stubEnv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential")
  vi.stubEnv("IDENTITY_ENDPOINT", `http://${service.host}/msi/token`)
  vi.stubEnv("IDENTITY_HEADER", "header")
  const said = await failureOf(await createAzureDriver({ ...container, network: via(proxy.url) }, shared))
  expect(said).toMatch(/does not let through to acme\.blob\.core\.windows\.net:443/)
  expect(new Set(proxy.seen)).toEqual(new Set(["CONNECT acme.blob.core.windows.net:443"]))
})
