/**
 * URLs by which anybody reads an object, at servers that check their signature; for GCS, whose emulator does not, with the
 * public key.
 */
import { createHash, generateKeyPairSync, verify } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { type Azurite, startAzurite } from "../support/azurite.ts"
import { startVersitygw, type Versitygw } from "../support/versitygw.ts"
import { openContainer } from "./azure/setup.ts"
import { openBucket as openGcsBucket } from "./gcs/setup.ts"
import { describeWithVersitygw, openBucket } from "./s3/setup.ts"

const LIFETIME = 20 * 60_000
const KEY = "docker/registry/v2/blobs/sha256/ab/abcd/data"

async function presign(driver: StorageDriver, key = KEY, endpoint?: string): Promise<URL> {
  const url = await driver.presignRead?.(key, { lifetime: LIFETIME, endpoint })
  if (!url) throw new Error("no URL")
  return url
}

async function answerTo(url: URL, options: RequestInit = {}): Promise<string> {
  const response = await fetch(url, options)
  const body = await response.text()
  return response.ok ? `${response.status} ${body}` : String(response.status)
}

function tampered(url: URL, parameter: string, value: string): URL {
  const other = new URL(url)
  expect(other.searchParams.has(parameter)).toBe(true)
  other.searchParams.set(parameter, value)
  return other
}

describeWithVersitygw("a presigned URL of S3", (program) => {
  let gateway: Versitygw
  let driver: StorageDriver

  beforeAll(async () => {
    gateway = await startVersitygw(program)
    await gateway.createBucket("images")
    driver = openIt()
    await driver.write(KEY, Buffer.from("0123456789"))
    await driver.write("other", Buffer.from("not for you"))
  })
  afterAll(async () => {
    await driver[Symbol.asyncDispose]()
    await gateway[Symbol.asyncDispose]()
  })

  const openIt = (options: object = gateway.root) =>
    openBucket({ bucket: "images", endpoint: gateway.endpoint, rootDir: "/team images/+(1)", ...options })

  it("reads the object, whole and in ranges, without credentials", async () => {
    const url = await presign(driver)
    expect(await answerTo(url)).toBe("200 0123456789")
    expect(await answerTo(url, { headers: { range: "bytes=2-4" } })).toBe("206 234")
    expect(await answerTo(new URL(url.pathname, url))).toBe("403")
  })

  it("holds nothing that a reader would have to send too", async () => {
    const { searchParams } = await presign(driver)
    expect([...searchParams.keys()].toSorted()).toEqual([
      "X-Amz-Algorithm",
      "X-Amz-Content-Sha256",
      "X-Amz-Credential",
      "X-Amz-Date",
      "X-Amz-Expires",
      "X-Amz-Signature",
      "X-Amz-SignedHeaders",
    ])
    expect(searchParams.get("X-Amz-SignedHeaders")).toBe("host")
    expect(searchParams.get("X-Amz-Expires")).toBe("1200")
  })

  it("opens nothing else", async () => {
    const url = await presign(driver)
    const other = new URL(url.href.replace(KEY, "other"))
    expect(await answerTo(other)).toBe("403")
    expect(await answerTo(url, { method: "HEAD" })).toBe("403")
    expect(await answerTo(tampered(url, "X-Amz-Expires", "604800"))).toBe("403")
    expect(await answerTo(tampered(url, "X-Amz-Date", "20200101T000000Z"))).toMatch(/^40[03]$/)
  })

  it("can be signed for another host that leads to the server", async () => {
    const endpoint = gateway.endpoint.replace("127.0.0.1", "localhost")
    const url = await presign(driver, KEY, endpoint)
    expect(url.origin).toBe(endpoint)
    expect(await answerTo(url)).toBe("200 0123456789")
    expect(await answerTo(new URL(url.href.replace("localhost", "127.0.0.1")))).toBe("403")
  })

  it("is not to be had without credentials", async () => {
    await using stranger = openIt({ anonymous: true })
    expect(await stranger.presignRead?.(KEY, { lifetime: LIFETIME })).toBeUndefined()
  })
})

describe("a presigned URL of AWS", () => {
  it("carries the token of temporary credentials, and no checksum mode", async () => {
    await using driver = openBucket({
      bucket: "images",
      region: "eu-central-1",
      accessKey: "AKIDEXAMPLE",
      secretKey: "secret",
      sessionToken: "a+token/with=signs",
    })
    const url = await presign(driver)
    expect(url.href).toMatch(`https://images.s3.eu-central-1.amazonaws.com/${KEY}?`)
    expect(url.searchParams.get("X-Amz-Security-Token")).toBe("a+token/with=signs")
    expect(url.search).not.toMatch(/checksum|secret/i)
  })
})

describe("a presigned URL of Azure", () => {
  let server: Azurite
  let driver: StorageDriver

  beforeAll(async () => {
    server = await startAzurite()
    await server.createContainer("images")
    driver = await openIt()
    await driver.write(KEY, Buffer.from("0123456789"))
    await driver.write("other", Buffer.from("not for you"))
  })
  afterAll(async () => {
    await driver[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  const openIt = (options: object = server.account) =>
    openContainer({
      container: "images",
      endpoint: server.endpoint,
      rootDir: "/team images/+(1)",
      ...options,
    })

  it("reads the object, whole and in ranges, without credentials", async () => {
    const url = await presign(driver)
    expect(await answerTo(url)).toBe("200 0123456789")
    expect(await answerTo(url, { headers: { range: "bytes=2-4" } })).toBe("206 234")
    expect(await answerTo(new URL(url.pathname, url))).toMatch(/^40[34]$/)
  })

  it("opens nothing else", async () => {
    const url = await presign(driver)
    expect(url.searchParams.get("sp")).toBe("r")
    expect(await answerTo(new URL(url.href.replace(KEY, "other")))).toBe("403")
    expect(await answerTo(url, { method: "DELETE" })).toBe("403")
    expect(await answerTo(tampered(url, "se", "2099-01-01T00:00:00Z"))).toBe("403")
  })

  it("can be for another host that leads to the server", async () => {
    const endpoint = server.endpoint.replace("127.0.0.1", "localhost")
    const url = await presign(driver, KEY, endpoint)
    expect(url.origin).toBe(endpoint)
    expect(await answerTo(url)).toBe("200 0123456789")
  })

  it("is not to be had with a signature that is given, or without credentials", async () => {
    const { accountName } = server.account
    const connectionString = `BlobEndpoint=${server.endpoint}/${accountName};SharedAccessSignature=sp=r&sig=x`
    for (const options of [
      { connectionString, endpoint: undefined },
      { accountName, anonymous: true },
    ]) {
      await using stranger = await openIt(options)
      expect(await stranger.presignRead?.(KEY, { lifetime: LIFETIME })).toBeUndefined()
    }
  })
})

describe("a presigned URL of GCS", () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const credentials = {
    type: "service_account",
    client_email: "images@project.iam.gserviceaccount.com",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  }

  /** What Google does with it, from its documentation. */
  function isAuthentic(url: URL): boolean {
    const [query = "", signature = ""] = url.search.slice(1).split("&X-Goog-Signature=")
    const parameters = query.split("&").toSorted().join("&")
    const canonical = `GET\n${url.pathname}\n${parameters}\nhost:${url.host}\n\nhost\nUNSIGNED-PAYLOAD`
    const scope = url.searchParams.get("X-Goog-Credential")?.split("/").slice(1).join("/")
    const hash = createHash("sha256").update(canonical).digest("hex")
    const text = `GOOG4-RSA-SHA256\n${url.searchParams.get("X-Goog-Date")}\n${scope}\n${hash}`
    return verify("RSA-SHA256", Buffer.from(text), publicKey, Buffer.from(signature, "hex"))
  }

  it("is signed with the key of the service account, for a host, a name and a time", async () => {
    const before = Math.floor(Date.now() / 1000) * 1000
    await using driver = openGcsBucket({ bucket: "images", rootDir: "/team images/+(1)", credentials })
    const url = await presign(driver)
    expect(`${url.origin}${url.pathname}`).toBe(
      `https://storage.googleapis.com/images/team%20images/%2B%281%29/${KEY}`,
    )
    const { searchParams } = url
    expect(searchParams.get("X-Goog-Expires")).toBe("1200")
    expect(searchParams.get("X-Goog-Credential")).toMatch(
      /^images@project\.iam\.gserviceaccount\.com\/\d{8}\/auto\/storage\/goog4_request$/,
    )
    const [, ...parts] = /^(....)(..)(..)T(..)(..)(..)Z$/.exec(searchParams.get("X-Goog-Date") ?? "") ?? []
    const [year = 0, month = 0, ...rest] = parts.map(Number)
    expect(Date.UTC(year, month - 1, ...rest)).toBeGreaterThanOrEqual(before)
    expect(isAuthentic(url)).toBe(true)
    expect(isAuthentic(new URL(url.href.replace(KEY, "other")))).toBe(false)
    expect(isAuthentic(tampered(url, "X-Goog-Expires", "604800"))).toBe(false)
  })

  it("takes the key from a file as well", async () => {
    const folder = await mkdtemp(join(tmpdir(), "oci-store-presigned-"))
    try {
      const keyfile = join(folder, "key.json")
      await writeFile(keyfile, JSON.stringify(credentials))
      await using driver = openGcsBucket({ bucket: "images", keyfile })
      expect(isAuthentic(await presign(driver))).toBe(true)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it("can be for another host", async () => {
    await using driver = openGcsBucket({ bucket: "images", credentials })
    const url = await presign(driver, KEY, "https://gcs.example.com:8443")
    expect(url.host).toBe("gcs.example.com:8443")
    expect(isAuthentic(url)).toBe(true)
  })

  it("is not to be had without a key", async () => {
    await using anonymous = openGcsBucket({ bucket: "images", credentials, anonymous: true })
    await using emulated = openGcsBucket({ bucket: "images", credentials, endpoint: "http://127.0.0.1:1" })
    for (const driver of [anonymous, emulated]) {
      expect(await driver.presignRead?.(KEY, { lifetime: LIFETIME })).toBeUndefined()
    }
  })
})
