import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { beforeEach, expect, test, vi } from "vitest"
import { explainAzure } from "../../../../src/storage/azure/explain.ts"

/** No credentials of the machine that the tests run on. */
beforeEach(() => {
  for (const name of [
    "AZURE_TENANT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_CLIENT_SECRET",
    "AZURE_FEDERATED_TOKEN_FILE",
  ]) {
    vi.stubEnv(name, undefined)
  }
  vi.stubEnv("AZURE_TOKEN_CREDENTIALS", "prod")
  return () => vi.unstubAllEnvs()
})

const KEY = "a2V5"
const { signal } = new AbortController()
const explain = async (options: Record<string, string | boolean>, changes = {}) => {
  const question = { location: "images", options, origins: {}, env: {}, required: true, signal, ...changes }
  const findings = await explainAzure(question)
  return Object.fromEntries(findings.map(({ title, level, text }) => [title, `${level}: ${text}`]))
}

test("account and key, and who said so, without the key", async () => {
  const origins = { "account-name": "AZURE_STORAGE_ACCOUNT", "account-key": "AZURE_STORAGE_KEY" }
  expect(await explain({ "account-name": "acme", "account-key": KEY }, { origins })).toEqual({
    Account: "ok: acme, from AZURE_STORAGE_ACCOUNT; https://acme.blob.core.windows.net",
    Credentials: "ok: the account's key, from AZURE_STORAGE_KEY",
  })
})

test("a connection string, with a key", async () => {
  const string = `DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=${KEY};EndpointSuffix=core.windows.net`
  const origins = { "connection-string": "AZURE_STORAGE_CONNECTION_STRING" }
  expect(await explain({ "connection-string": string }, { origins })).toEqual({
    Account: "ok: https://acme.blob.core.windows.net, from AZURE_STORAGE_CONNECTION_STRING",
    Credentials: "ok: the account's key, from AZURE_STORAGE_CONNECTION_STRING",
  })
})

test("a connection string in sight, where no container was named", async () => {
  const string = `DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=${KEY};EndpointSuffix=core.windows.net`
  const sight = { location: undefined, required: false }
  expect(await explain({ "connection-string": string }, sight)).toEqual({
    Credentials: "ok: the account's key",
  })
  expect((await explain({ "connection-string": "rubbish" }, sight))["Credentials"]).toMatch(
    /^warning: .*cannot be read/,
  )
})

test("which of the Azure tools had a token", async () => {
  const server = createServer((_, response) => {
    const expires_on = String(Math.floor(Date.parse("2126-11-21T05:00:00Z") / 1000))
    response.setHeader("content-type", "application/json")
    response.end(JSON.stringify({ access_token: "hush", expires_on, resource: "r", token_type: "Bearer" }))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  // As App Service tells a program of its identity.
  vi.stubEnv("IDENTITY_ENDPOINT", `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`)
  vi.stubEnv("IDENTITY_HEADER", "header")
  const { Credentials } = await explain({ "account-name": "acme" })
  server.close()
  expect(Credentials).toBe("ok: token from a managed identity, until 2126-11-21T05:00:00.000Z")
})

test("nothing that signs in: a failure where it is needed, and else nothing in sight", async () => {
  vi.stubEnv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential")
  expect((await explain({ "account-name": "acme" }))["Credentials"]).toMatch(
    /^failure: No usable Azure credentials were found.*container images/,
  )
  expect(await explain({}, { location: undefined, required: false })).toEqual({
    Credentials: expect.stringMatching(/^skipped: No usable Azure credentials .*public container\.$/),
  })
})

test("a missing account is a failure", async () => {
  expect((await explain({ "account-key": KEY }))["Account"]).toMatch(/^failure: .*requires account name/)
})
