/**
 * Each cloud's server as from within a company: behind a proxy that alone knows the way, with certificates of the company's own.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { StorageDriver } from "../../../src/storage/driver.ts"
import { startAzurite } from "../../support/azurite.ts"
import { collect, MiB, patternedBytes, patternedChunks } from "../../support/bytes.ts"
import { findFakeGcs, startFakeGcs } from "../../support/fake-gcs.ts"
import { startForwardProxy } from "../../support/forward-proxy.ts"
import {
  authorityMissing,
  createAuthority,
  startTlsFront,
  type PrivateAuthority,
} from "../../support/private-authority.ts"
import { findVersitygw, INSTALL, startVersitygw } from "../../support/versitygw.ts"
import { keysOf } from "../contract/check.ts"
import { type CLOUDS, OPEN, type Place, via } from "./setup.ts"

interface Server extends AsyncDisposable {
  /** Over HTTP, on this machine. */
  readonly endpoint: string
  /** Of those who may write there. */
  readonly place: Pick<Place, "keys" | "account">
}

interface Cloud {
  readonly name: (typeof CLOUDS)[number]
  readonly host: string
  readonly missing?: string | undefined
  start(): Promise<Server>
}

const versitygw = await findVersitygw()
const fakeGcs = await findFakeGcs()
const openssl = await authorityMissing()

const clouds: readonly Cloud[] = [
  {
    name: "s3",
    host: "s3.cloud.test",
    missing: versitygw ? undefined : INSTALL,
    async start() {
      const gateway = await startVersitygw(versitygw ?? "")
      await gateway.createBucket("images")
      const { endpoint, root: keys } = gateway
      return { endpoint, place: { keys }, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() }
    },
  },
  {
    name: "gcs",
    host: "gcs.cloud.test",
    missing: "missing" in fakeGcs ? fakeGcs.missing : undefined,
    async start() {
      const server = await startFakeGcs("program" in fakeGcs ? fakeGcs.program : "")
      await server.createBucket("images")
      return {
        endpoint: server.endpoint,
        place: {},
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      }
    },
  },
  {
    name: "azure",
    host: "testaccount.blob.test",
    async start() {
      const server = await startAzurite()
      await server.createContainer("images")
      const { endpoint, account } = server
      return { endpoint, place: { account }, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
    },
  },
]

/** Small and large, there and back. */
async function exercise(driver: StorageDriver): Promise<void> {
  expect(await driver.stat("a/small")).toBeUndefined()
  await driver.write("a/small", Buffer.from("small"), { ifAbsent: true })
  expect(String(await collect((await driver.read("a/small")).body))).toBe("small")
  await using upload = await driver.createUpload("a/large")
  await upload.append(patternedChunks(11 * MiB))
  await upload.commit()
  const large = await collect((await driver.read("a/large")).body)
  expect(large.equals(patternedBytes(11 * MiB))).toBe(true)
  expect(await keysOf(driver, "a/")).toEqual(["a/large", "a/small"])
  await driver.delete(["a/large", "a/small"])
}

for (const { name, host, missing = openssl, start } of clouds) {
  describe.skipIf(missing)(`${name} behind a proxy${missing ? ` (${missing})` : ""}`, () => {
    const user = { name: "jane@corp", password: "p:a/s s" }
    let authority: PrivateAuthority
    let server: Server
    let secureOrigin: string
    const stack = new AsyncDisposableStack()

    beforeAll(async () => {
      authority = stack.use(await createAuthority())
      const front = stack.use(await startTlsFront(await authority.issue(), () => server.endpoint))
      secureOrigin = `https://${host}:${front.port}`
      server = stack.use(await start())
    })
    afterAll(() => stack.disposeAsync())

    test("keeps and gives objects through a tunnel, with the company's certificates", async () => {
      await using proxy = await startForwardProxy({ user })
      const network = via(proxy.url, { certificates: [authority.pem] })
      await using driver = await OPEN[name]({ endpoint: secureOrigin, network, ...server.place })
      await exercise(driver)
      expect(new Set(proxy.seen)).toEqual(new Set([`CONNECT ${secureOrigin.slice("https://".length)}`]))
      // As many tunnels as there were requests at once, and not one for each request.
      expect(proxy.seen.length).toBeLessThanOrEqual(8)
    })

    test("takes any certificate when told to", async () => {
      await using proxy = await startForwardProxy()
      const network = via(proxy.url, { verify: false })
      await using driver = await OPEN[name]({ endpoint: secureOrigin, network, ...server.place })
      expect(await driver.stat("absent")).toBeUndefined()
    })

    test("is reached over HTTP through it, with whole URLs", async () => {
      await using proxy = await startForwardProxy({ user })
      const origin = `http://${host}:${new URL(server.endpoint).port}`
      const network = via(proxy.url, { certificates: [authority.pem] })
      await using driver = await OPEN[name]({ endpoint: origin, network, ...server.place })
      await exercise(driver)
      const forwarded = proxy.seen.filter((line) => !line.startsWith("CONNECT"))
      expect(forwarded.length).toBeGreaterThan(5)
      expect(forwarded.every((line) => line.includes(` ${origin}/`))).toBe(true)
    })
  })
}
