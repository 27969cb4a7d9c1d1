/**
 * Proxies and certificates that stand in the way: one sentence each, the same for every cloud, and soon.
 */
import { once } from "node:events"
import { createServer as createTcpServer } from "node:net"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createMemoryBudget } from "../../../src/storage/budget.ts"
import { DRIVERS } from "../../../src/storage/drivers.ts"
import type { NetworkSettings } from "../../../src/storage/network.ts"
import { readProxies } from "../../../src/storage/proxies.ts"
import { startFaultProxy } from "../../support/fault-proxy.ts"
import { type ForwardProxyOptions, startForwardProxy } from "../../support/forward-proxy.ts"
import {
  authorityMissing,
  type Certificate,
  createAuthority,
  type PrivateAuthority,
  startTlsFront,
} from "../../support/private-authority.ts"
import { CLOUDS, OPEN, via } from "./setup.ts"

/** The error of the first request to a server. */
async function failure(name: (typeof CLOUDS)[number], endpoint: string, network: NetworkSettings) {
  await using driver = await OPEN[name]({ endpoint, network })
  const error: unknown = await driver.stat("k").catch((error: unknown) => error)
  expect(error).toMatchObject({ name: "StorageError", code: "UNAVAILABLE" })
  return String(error).replace(/^StorageError: /, "")
}

describe.each(CLOUDS)("%s", (name) => {
  test.for<[string, string, ForwardProxyOptions, (url: string) => string, RegExp, number]>([
    [
      "wants a user name",
      "https",
      { user: { name: "jane", password: "secret" } },
      (url) => url.replace("jane:secret@", ""),
      /^The proxy http:\/\/127\.0\.0\.1:\d+ \(from HTTPS_PROXY\) asks for a user name and password: set HTTPS_PROXY to /,
      1,
    ],
    [
      "wants another password",
      "https",
      { user: { name: "jane", password: "secret" } },
      (url) => url.replace("secret", "wrong"),
      /^The proxy http:\/\/127\.0\.0\.1:\d+ \(from HTTPS_PROXY\) does not accept the user name and password/,
      1,
    ],
    [
      "wants another password for what is not encrypted",
      "http",
      { user: { name: "jane", password: "secret" } },
      (url) => url.replace("secret", "wrong"),
      /^The proxy http:\/\/127\.0\.0\.1:\d+ \(from HTTP_PROXY\) does not accept the user name and password/,
      1,
    ],
    [
      "does not let through",
      "https",
      { status: 403 },
      (url) => url,
      /\(from HTTPS_PROXY\) does not let through to server\.cloud\.test:443 \(status 403\): .* server\.cloud\.test in NO_PROXY/,
      1,
    ],
    [
      "does not reach the server",
      "https",
      { status: 502 },
      (url) => url,
      /\(from HTTPS_PROXY\) cannot reach server\.cloud\.test:443 \(status 502\)/,
      3,
    ],
  ])("a proxy that %s", async ([, scheme, options, change, sentence, attempts]) => {
    await using proxy = await startForwardProxy(options)
    const said = await failure(name, `${scheme}://server.cloud.test`, via(change(proxy.url)))
    expect(said).toMatch(sentence)
    expect(said).not.toMatch(/secret|wrong/)
    expect(proxy.seen).toHaveLength(attempts)
  })

  test.for(["https", "http"])("a proxy that is not there, for %s", async (scheme) => {
    const gone = await startForwardProxy()
    await gone[Symbol.asyncDispose]()
    const variable = `${scheme.toUpperCase()}_PROXY`
    expect(await failure(name, `${scheme}://server.cloud.test`, via(gone.url))).toBe(
      `The proxy ${gone.url} (from ${variable}) cannot be reached: ECONNREFUSED. Correct ${variable}, or name server.cloud.test in NO_PROXY to go without it.`,
    )
  })
})

const missing = await authorityMissing()

describe.skipIf(missing)(`certificates${missing ? ` (${missing})` : ""}`, () => {
  let authority: PrivateAuthority
  beforeAll(async () => {
    authority = await createAuthority()
  })
  afterAll(() => authority[Symbol.asyncDispose]())

  const kinds: readonly [string, () => Promise<Certificate>, boolean, RegExp][] = [
    [
      "of an unknown authority",
      () => authority.issue(),
      false,
      /: an authority that is not known here has signed its certificate\. .*--ca-file\.$/,
    ],
    [
      "signed by itself",
      () => authority.issueToItself(),
      false,
      /: its certificate is signed by itself\. .*--ca-file\.$/,
    ],
    [
      "that has expired",
      () => authority.issue({ days: -1 }),
      true,
      /: its certificate has expired\. .*clock/,
    ],
    [
      "for another name",
      () => authority.issue({ names: ["other.cloud.test", "more.test"] }),
      true,
      /: its certificate is for another name \(other\.cloud\.test, more\.test\)\. Check the endpoint/,
    ],
  ]

  describe.each(CLOUDS)("%s", (name) => {
    test.for(kinds)("a certificate %s", async ([, issue, isTrusted, sentence]) => {
      await using server = await startFaultProxy()
      await using front = await startTlsFront(await issue(), () => server.url)
      await using proxy = await startForwardProxy()
      const certificates = isTrusted ? [authority.pem] : undefined
      const endpoint = `https://server.cloud.test:${front.port}`
      const said = await failure(name, endpoint, via(proxy.url, { certificates }))
      expect(said).toMatch(sentence)
      expect(said.startsWith(`${endpoint} cannot be trusted: `)).toBe(true)
      expect(proxy.seen).toHaveLength(1)
      expect(server.seen).toEqual([])
    })
  })

  test("a proxy that speaks TLS itself is asked over it, if it can be trusted", async () => {
    await using server = await startFaultProxy()
    server.plan(() => ({ status: 404 }))
    const certificate = await authority.issue({ names: ["localhost", "*.cloud.test"] })
    await using front = await startTlsFront(certificate, () => server.url)
    await using proxy = await startForwardProxy({ certificate, user: { name: "jane", password: "secret" } })
    const endpoint = `https://server.cloud.test:${front.port}`
    expect(await failure("s3", endpoint, via(proxy.url))).toMatch(
      /^https:\/\/localhost:\d+ cannot be trusted: .*--ca-file/,
    )
    expect(proxy.seen).toEqual([])
    await using driver = await OPEN.s3({
      endpoint,
      network: via(proxy.url, { certificates: [authority.pem] }),
    })
    expect(await driver.stat("k")).toBeUndefined()
    expect(proxy.seen).toEqual([`CONNECT server.cloud.test:${front.port}`])
  })

  test.for([
    ["s3", { region: "us-east-1", anonymous: true }],
    ["gcs", { anonymous: true }],
    ["azure", { "account-name": "acme", anonymous: true }],
  ] as const)(
    "%s takes its authorities and proxies as options and environment have them",
    async ([name, values]) => {
      await using server = await startFaultProxy()
      server.plan(() => ({
        status: 404,
        headers: { "x-ms-error-code": "BlobNotFound", "x-ms-request-id": "1" },
      }))
      await using front = await startTlsFront(await authority.issue(), () => server.url)
      await using proxy = await startForwardProxy()
      const endpoint = `https://server.cloud.test:${front.port}`
      const options = { ...values, endpoint, "ca-file": authority.file }
      const budget = createMemoryBudget(1024)
      const entry = DRIVERS.find((entry) => entry.name === name)
      await using driver = await entry?.open("images", options, {
        budget,
        create: false,
        proxyEnv: { https_proxy: proxy.url },
      })
      expect(await driver?.stat("k")).toBeUndefined()
      expect(proxy.seen).toEqual([`CONNECT server.cloud.test:${front.port}`])
      expect(server.seen).toHaveLength(1)
    },
  )

  test("a server without a proxy before it, too", async () => {
    await using server = await startFaultProxy()
    await using front = await startTlsFront(await authority.issue({ names: ["localhost"] }), () => server.url)
    const endpoint = `https://localhost:${front.port}`
    expect(await failure("s3", endpoint, {})).toMatch(/not known here .*--ca-file/)
    server.plan(() => ({ status: 404 }))
    await using driver = await OPEN.s3({ endpoint, network: { certificates: [authority.pem] } })
    expect(await driver.stat("k")).toBeUndefined()
  })
})

test("a proxy that says nothing is given up, and at once when the caller has had enough", async () => {
  const silent = createTcpServer(() => undefined).listen(0, "127.0.0.1")
  await once(silent, "listening")
  const address = silent.address()
  if (address === null || typeof address === "string") throw new Error("The server has no port.")
  const proxies = readProxies({ HTTPS_PROXY: `http://127.0.0.1:${address.port}` })
  for (const name of CLOUDS) {
    await using driver = await OPEN[name]({ endpoint: "https://server.cloud.test", network: { proxies } })
    const reason = new Error("enough")
    const interruption = new AbortController()
    const asked = driver.stat("k", { signal: interruption.signal })
    const connected = once(silent, "connection")
    await connected
    interruption.abort(reason)
    await expect(asked).rejects.toBe(reason)
  }
  silent.close()
})
