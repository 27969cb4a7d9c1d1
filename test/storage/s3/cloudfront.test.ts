import { createVerify, generateKeyPairSync, type KeyObject } from "node:crypto"
import { once } from "node:events"
import { createServer, get } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { PIECE } from "../../../src/storage/read-ahead.ts"
import type { S3DriverOptions } from "../../../src/storage/s3/options.ts"
import { collect, MiB, patternedBytes, patternedChunks, sha256Of } from "../../support/bytes.ts"
import {
  type Fault,
  type FaultProxy,
  first,
  type SeenRequest,
  startFaultProxy,
} from "../../support/fault-proxy.ts"
import { codeOf } from "../contract/check.ts"
import { startVersitygw } from "../../support/versitygw.ts"
import { describeWithVersitygw, openBucket } from "./setup.ts"

const KEYS = { accessKey: "AKIDEXAMPLE", secretKey: "very-secret" }
const LIFETIME = 600_000
const CONTENT = patternedBytes(1000)
  .toString("latin1")
  .replaceAll(/[^a-z]/g, "x")

const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })

const isSigned = ({ url }: SeenRequest) => url.includes("Key-Pair-Id=")

/** What CloudFront does with a URL signed for the canned policy, from its documentation. */
function isAuthentic(url: URL, key: KeyObject): boolean {
  const signature = (url.searchParams.get("Signature") ?? "").replace(/[-_~]/g, (letter) =>
    letter === "-" ? "+" : letter === "_" ? "=" : "/",
  )
  const expires = url.searchParams.get("Expires")
  const resource = `${url.origin}${url.pathname}`
  const policy = `{"Statement":[{"Resource":"${resource}","Condition":{"DateLessThan":{"AWS:EpochTime":${expires}}}}]}`
  return createVerify("RSA-SHA1").update(policy).verify(key, signature, "base64")
}

/** The object, whole or the part that is asked for. */
function serve({ method, headers }: SeenRequest): Fault {
  const common = { etag: '"e"', "last-modified": new Date(0).toUTCString() }
  if (method === "HEAD") return { status: 200, headers: { ...common, "content-length": "1000" } }
  const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "") ?? []
  const last = end ? Number(end) : CONTENT.length - 1
  const body = CONTENT.slice(Number(start ?? 0), last + 1)
  const whole = { ...common, "content-length": String(body.length) }
  if (start === undefined) return { status: 200, headers: whole, body }
  return { status: 206, headers: { ...whole, "content-range": `bytes ${start}-${last}/1000` }, body }
}

describe("s3 behind CloudFront", () => {
  let edge: FaultProxy
  let origin: FaultProxy

  beforeAll(async () => {
    edge = await startFaultProxy()
    origin = await startFaultProxy()
  })
  afterAll(async () => {
    await edge[Symbol.asyncDispose]()
    await origin[Symbol.asyncDispose]()
  })
  beforeEach(() => {
    edge.plan(serve)
    origin.plan(serve)
  })

  const open = (options: Partial<S3DriverOptions> = {}, baseUrl = edge.url) =>
    openBucket({
      bucket: "images",
      endpoint: origin.url,
      ...KEYS,
      cloudFront: { baseUrl, keyPairId: "K2JCJMDEHXQW5F", privateKey, lifetime: LIFETIME },
      ...options,
    })
  const read = async (driver: ReturnType<typeof open>, range?: { start: number; end?: number }) => {
    const object = await driver.read("blobs/k", { immutable: true, ...(range && { range }) })
    return { ...object, body: (await collect(object.body)).toString() }
  }
  const onlyUrl = () => {
    expect(edge.seen).toHaveLength(1)
    return new URL(edge.seen[0]?.url ?? "", edge.url)
  }

  test("what never changes is read there, by a URL that the public key proves, and that expires", async () => {
    await using driver = open()
    const before = Date.now()
    expect(await read(driver)).toMatchObject({ size: 1000, etag: '"e"', body: CONTENT })
    const url = onlyUrl()
    expect(url.pathname).toBe("/blobs/k")
    expect(url.search).toMatch(/^\?Expires=\d+&Signature=[A-Za-z0-9~_-]+&Key-Pair-Id=K2JCJMDEHXQW5F$/)
    expect(isAuthentic(url, publicKey)).toBe(true)
    expect(isAuthentic(url, generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey)).toBe(false)
    const expires = Number(url.searchParams.get("Expires")) * 1000
    expect(expires).toBeGreaterThan(before + LIFETIME - 2000)
    expect(expires).toBeLessThanOrEqual(Date.now() + LIFETIME)
    expect(origin.seen).toEqual([])
  })

  test("credentials of the bucket stay away from it", async () => {
    await using driver = open({ sessionToken: "also-secret" })
    await read(driver)
    const { headers, url } = edge.seen[0] ?? {}
    expect(headers).not.toHaveProperty("authorization")
    expect(JSON.stringify([headers, url])).not.toMatch(/AKIDEXAMPLE|very-secret|also-secret/)
  })

  test("the address may have a path, and the names a root directory, with blanks", async () => {
    await using driver = open({ rootDir: "/team images/+1" }, `${edge.url}/cdn/`)
    await read(driver)
    expect(onlyUrl().pathname).toBe("/cdn/team%20images/%2B1/blobs/k")
    expect(isAuthentic(onlyUrl(), publicKey)).toBe(true)
  })

  test("who is to read it without us gets a URL of the distribution, wherever else the bucket is reached", async () => {
    await using driver = open()
    const endpoint = "https://s3.example.com"
    const url = await driver.presignRead?.("blobs/k", { lifetime: 1000, endpoint })
    expect(url?.href).toMatch(`${edge.url}/blobs/k?Expires=`)
    expect(url && isAuthentic(url, publicKey)).toBe(true)
    expect([...edge.seen, ...origin.seen]).toEqual([])
  })

  test("whatever may change, and what an object is, is asked of the bucket", async () => {
    await using driver = open()
    await collect((await driver.read("tags/v1/current/link")).body)
    await driver.stat("blobs/k")
    await driver.write("blobs/k", Buffer.from("x"))
    expect(edge.seen).toEqual([])
    expect(origin.seen.map(({ method }) => method)).toEqual(["GET", "HEAD", "PUT"])
    expect(origin.seen.some(isSigned)).toBe(false)
  })

  test("parts are read there too", async () => {
    await using driver = open()
    expect(await read(driver, { start: 10, end: 19 })).toMatchObject({
      size: 1000,
      body: CONTENT.slice(10, 20),
    })
    expect(await read(driver, { start: 990 })).toMatchObject({ size: 1000, body: CONTENT.slice(990) })
  })

  test("a body that breaks off goes on where it did, by a URL of its own", async () => {
    // A proxy before the edge, for it is the connection that breaks.
    await using cutting = await startFaultProxy(edge.url)
    cutting.plan(first(1, () => true, { cutAfter: 300 }))
    await using driver = open({}, cutting.url)
    expect((await read(driver)).body).toBe(CONTENT)
    expect(edge.seen.map(({ headers }) => headers.range)).toEqual([`bytes=0-${PIECE - 1}`, "bytes=300-999"])
    expect(edge.seen.every(isSigned)).toBe(true)
  })

  test("a body that breaks off for good ends with what the edge said last", async () => {
    await using cutting = await startFaultProxy(edge.url)
    const cut = first(1, () => true, { cutAfter: 300 })
    cutting.plan((request) => cut(request) ?? { status: 403 })
    await using driver = open({}, cutting.url)
    await expect(read(driver)).rejects.toMatchObject({
      code: "ACCESS_DENIED",
      message: expect.stringContaining(`CloudFront at ${cutting.url} denies`),
    })
  })

  test("an edge that fails is asked again", async () => {
    const fault = first(2, () => true, { status: 503, headers: { "retry-after": "0" } })
    edge.plan((request) => fault(request) ?? serve(request))
    await using driver = open()
    expect((await read(driver)).body).toBe(CONTENT)
    expect(edge.seen).toHaveLength(3)
  })

  test.for<[string, Fault, string, RegExp]>([
    ["403", { status: 403 }, "ACCESS_DENIED", /denies blobs\/k: check that --cloudfront-key-pair-id/],
    [
      "404",
      { status: 404 },
      "NOT_A_STORE",
      /has no object blobs\/k, and the bucket has: check --cloudfront-base-url/,
    ],
    ["a redirect", { status: 301, headers: { location: "/" } }, "NOT_A_STORE", /\(status 301\)/],
    ["a page without ETag", { status: 200, body: "<html>" }, "NOT_A_STORE", /\(status 200\)/],
  ])("%s is told once, with the way out", async ([, fault, code, words]) => {
    edge.plan(() => fault)
    await using driver = open()
    const error: unknown = await read(driver).catch((error: unknown) => error)
    expect(error).toMatchObject({ code, message: expect.stringMatching(words) })
    expect(String(error)).toContain(edge.url)
    expect(String(error)).not.toContain("Signature")
    expect(edge.seen).toHaveLength(1)
  })

  test.for([403, 404])(
    "an object that the bucket has not is absent, whether the edge says %d",
    async (status) => {
      edge.plan(() => ({ status }))
      origin.plan(() => ({ status: 404 }))
      await using driver = open()
      expect(await codeOf(read(driver))).toBe("NOT_FOUND")
    },
  )

  test("a range beyond the end is that, and one that is not heeded is no answer", async () => {
    await using driver = open()
    edge.plan(() => ({ status: 416 }))
    expect(await codeOf(read(driver, { start: 5000, end: 5001 }))).toBe("INVALID_RANGE")
    edge.plan((request) => serve({ ...request, headers: {} }))
    expect(await codeOf(read(driver, { start: 10, end: 19 }))).toBe("NOT_A_STORE")
  })

  test("an edge that is not there is named", async () => {
    await using driver = open({}, "http://nowhere.invalid")
    await expect(read(driver)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringMatching(
        /CloudFront at http:\/\/nowhere\.invalid cannot be reached \((?:ENOTFOUND|EAI_AGAIN)\)/,
      ),
    })
  })
})

/** A distribution: lets signed requests through to the bucket, without their signature, and no others. */
async function startEdge(bucketUrl: string) {
  const answers: string[] = []
  const server = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? "", `http://${incoming.headers.host}`)
    if (!isAuthentic(url, publicKey)) {
      response.writeHead(403).end()
      return
    }
    const { range } = incoming.headers
    get(`${bucketUrl}${url.pathname}`, { headers: { ...(range && { range }) } }, (answer) => {
      answers.push(`${answer.statusCode} ${url.pathname}`)
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    answers,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    },
  }
}

describeWithVersitygw("s3 behind a distribution that checks signatures", (program) => {
  test("an object of several parts, its ranges, and an absent one", async () => {
    await using gateway = await startVersitygw(program)
    await gateway.createBucket("images")
    await gateway.makePublic("images")
    await using edge = await startEdge(`${gateway.endpoint}/images`)
    const options = {
      bucket: "images",
      endpoint: gateway.endpoint,
      ...gateway.root,
      rootDir: "/team images",
      storageClass: "STANDARD",
      cloudFront: { baseUrl: edge.url, keyPairId: "K2JCJMDEHXQW5F", privateKey, lifetime: LIFETIME },
    }
    await using driver = openBucket(options)
    const size = 11 * MiB
    await using upload = await driver.createUpload("blobs/k", { size })
    await upload.append(patternedChunks(size))
    await upload.commit()

    const whole = await driver.read("blobs/k", { immutable: true })
    expect(whole).toMatchObject({ ...(await driver.stat("blobs/k")) })
    expect(await sha256Of(whole.body)).toBe(await sha256Of(patternedChunks(size)))
    const range = { start: 6 * MiB, end: 6 * MiB + 9 }
    const part = await driver.read("blobs/k", { immutable: true, range })
    expect(part.size).toBe(size)
    expect(await collect(part.body)).toEqual(patternedBytes(size).subarray(range.start, range.end + 1))
    expect(new Set(edge.answers)).toEqual(new Set(["206 /team%20images/blobs/k"]))
    expect(await codeOf(driver.read("blobs/none", { immutable: true }))).toBe("NOT_FOUND")

    const { privateKey: other } = generateKeyPairSync("rsa", { modulusLength: 2048 })
    await using stranger = openBucket({
      ...options,
      cloudFront: { ...options.cloudFront, privateKey: other },
    })
    expect(await codeOf(stranger.read("blobs/k", { immutable: true }))).toBe("ACCESS_DENIED")
  })
})
