import { generateKeyPairSync } from "node:crypto"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest"
import { createMemoryBudget } from "../../../../src/storage/budget.ts"
import { openGcs } from "../../../../src/storage/gcs/open.ts"
import { readProxies } from "../../../../src/storage/proxies.ts"
import { createNetwork } from "../../../../src/storage/network.ts"
import { createSignIn } from "../../../../src/storage/gcs/sign-in.ts"

const shared = { budget: createMemoryBudget(1024), concurrency: 1 }
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "oci-store-gcs-"))
})
afterAll(() => rm(folder, { recursive: true }))

/** No credentials of the machine that the tests run on. */
beforeEach(() => {
  vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "")
  vi.stubEnv("CLOUDSDK_CONFIG", folder)
  vi.stubEnv("HOME", folder)
  vi.stubEnv("METADATA_SERVER_DETECTION", "none")
  return () => vi.unstubAllEnvs()
})

const keyfile = async (content: string) => {
  const file = path.join(folder, "key.json")
  await writeFile(file, content)
  return file
}

test("with neither project nor credentials nor endpoint the options are named", async () => {
  await expect(openGcs("images", {}, shared)).rejects.toMatchObject({
    name: "MissingOptionError",
    option: "project-id",
    message: expect.stringMatching(/requires project ID.*--project-id.*GOOGLE_CLOUD_PROJECT/),
  })
})

test("anything that says who asks, or that nobody does, is enough", async () => {
  for (const values of [
    { "project-id": "p" },
    { anonymous: true },
    { endpoint: "localhost:9023" },
    { keyfile: await keyfile("{}") },
    { credentials: '{"type": "service_account"}' },
  ]) {
    await using driver = await openGcs("images", values, shared)
    expect(driver.name).toBe("gcs")
  }
})

test("missing credentials are an error of the first request", async () => {
  await using driver = await openGcs("images", { "project-id": "p" }, shared)
  await expect(driver.stat("k")).rejects.toMatchObject({
    code: "CREDENTIALS",
    message: expect.stringContaining("gcloud auth application-default login"),
  })
})

test("a key file that cannot be used is named, and not quoted", async () => {
  for (const [file, said] of [
    ["/nowhere/key.json", "/nowhere/key.json"],
    [await keyfile("-----BEGIN very-secret"), "not JSON"],
  ] as const) {
    await using driver = await openGcs("images", { keyfile: file }, shared)
    const error: unknown = await driver.stat("k").catch((error: unknown) => error)
    expect(error).toMatchObject({ code: "CREDENTIALS", message: expect.stringContaining(said) })
    expect(JSON.stringify(error) + String(error)).not.toContain("very-secret")
  }
})

test("a key file is exchanged for a token, once, and without a word", async () => {
  const warn = vi.spyOn(console, "warn")
  let asked = 0
  const server = createServer((_, response) => {
    asked += 1
    response.setHeader("content-type", "application/json")
    response.end(
      JSON.stringify({
        access_token: "token",
        expires_in: 3600,
        token_type: "Bearer",
        issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
      }),
    )
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The server has no port.")
  await writeFile(path.join(folder, "subject"), "subject")
  const file = await keyfile(
    JSON.stringify({
      type: "external_account",
      audience: "//iam.googleapis.com/x",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      token_url: `http://127.0.0.1:${address.port}/token`,
      credential_source: { file: path.join(folder, "subject") },
    }),
  )
  using network = createNetwork({}, 1)
  const signIn = createSignIn({ bucket: "images", keyfile: file }, network)
  for (let i = 0; i < 3; i += 1) expect(await signIn.headers()).toEqual({ authorization: "Bearer token" })
  expect(asked).toBe(1)
  expect(warn).not.toHaveBeenCalled()
  server.closeAllConnections()
  server.close()
  await once(server, "close")
})

test("a service account's key itself asks Google for a token, without a word", async () => {
  const warn = vi.spyOn(console, "warn")
  // Google is not asked: what goes there shows at a proxy, which refuses.
  const asked: string[] = []
  const proxy = createServer().on("connect", (request, socket) => {
    asked.push(request.url ?? "")
    socket.end("HTTP/1.1 403 Forbidden\r\n\r\n")
  })
  proxy.listen(0, "127.0.0.1")
  await once(proxy, "listening")
  const address = proxy.address()
  if (address === null || typeof address === "string") throw new Error("The proxy has no port.")
  using network = createNetwork(
    { proxies: readProxies({ HTTPS_PROXY: `http://127.0.0.1:${address.port}` }) },
    1,
  )
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const key = {
    type: "service_account",
    client_email: "ci@project.iam.gserviceaccount.com",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
  }
  const signIn = createSignIn({ bucket: "images", credentials: key }, network)
  await expect(signIn.headers()).rejects.toMatchObject({ name: "SignInError" })
  expect(new Set(asked)).toEqual(new Set(["oauth2.googleapis.com:443"]))
  expect(warn).not.toHaveBeenCalled()
  proxy.closeAllConnections()
  proxy.close()
  await once(proxy, "close")
})
