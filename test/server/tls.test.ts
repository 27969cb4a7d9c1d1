/**
 * TLS and both versions of HTTP over it, on real sockets.
 */
import { randomBytes } from "node:crypto"
import { copyFile, mkdtemp, rm } from "node:fs/promises"
import { request as httpsRequest } from "node:https"
import type { ClientHttp2Session } from "node:http2"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { connect as connectTls } from "node:tls"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { digestOf } from "../../src/oci/digest.ts"
import { h2Call, openSession } from "../support/h2-client.ts"
import { startServer, type TestServer } from "../support/server.ts"
import { makeCertificate, type TestCertificate } from "../support/tls.ts"

let folder: string
let first: TestCertificate
let second: TestCertificate
let test: TestServer

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-tls-"))
  first = await makeCertificate(folder, "first")
  second = await makeCertificate(folder, "second")
  test = await startServer({
    "storage.path": join(folder, "data"),
    "tls.certificate": join(folder, "used.crt"),
    "tls.key": join(folder, "used.key"),
    ...(await use(first)),
  })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function use({ certificate, key }: TestCertificate): Promise<object> {
  await copyFile(certificate, join(folder, "used.crt"))
  await copyFile(key, join(folder, "used.key"))
  return {}
}

/** The name in the certificate that a new connection gets. */
function presented(): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(test.url)
    const socket = connectTls({ host: hostname, port: Number(port), ca: [first.cert, second.cert] }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN))
      socket.end()
    })
    socket.once("error", reject)
  })
}

describe("HTTP/2", () => {
  let session: ClientHttp2Session
  beforeAll(async () => {
    session = await openSession(test.url, first.cert)
  })
  afterAll(() => session.close())

  it("is what a client gets that can do it", () => {
    expect(session.alpnProtocol).toBe("h2")
  })

  it.each([
    ["of one byte", 1],
    ["of many windows", 20 * 1024 * 1024 + 7],
  ])("carries a blob %s both ways", async (_, size) => {
    const layer = randomBytes(size)
    const digest = digestOf(layer)
    const started = await h2Call(session, "POST", "/v2/a/blobs/uploads/")
    expect(started.status).toBe(202)
    const location = String(started.headers["location"])
    const patched = await h2Call(session, "PATCH", location, {
      body: Readable.from([layer], { objectMode: false }),
    })
    expect(patched.status).toBe(202)
    const put = await h2Call(session, "PUT", `${location}?digest=${digest}`)
    expect(put.status).toBe(201)
    const got = await h2Call(session, "GET", `/v2/a/blobs/${digest}`)
    expect(got.status).toBe(200)
    expect(got.headers["content-length"]).toBe(String(size))
    expect(digestOf(got.body)).toBe(digest)
  })

  it("answers HEAD without a body, ranges and errors with theirs", async () => {
    const layer = Buffer.from("0123456789")
    const digest = digestOf(layer)
    await h2Call(session, "POST", `/v2/a/blobs/uploads/?digest=${digest}`, { body: layer })
    const head = await h2Call(session, "HEAD", `/v2/a/blobs/${digest}`)
    expect([head.status, head.headers["content-length"], head.body.length]).toEqual([200, "10", 0])
    const part = await h2Call(session, "GET", `/v2/a/blobs/${digest}`, { headers: { range: "bytes=2-4" } })
    expect([part.status, String(part.body)]).toEqual([206, "234"])
    const none = await h2Call(session, "GET", `/v2/a/blobs/${digestOf(Buffer.from("none"))}`)
    expect(none.status).toBe(404)
    expect(JSON.parse(String(none.body))).toMatchObject({ errors: [{ code: "BLOB_UNKNOWN" }] })
  })

  it("carries many blobs at once on one connection", async () => {
    const layers = Array.from({ length: 24 }, () => randomBytes(300_000))
    const pushed = layers.map((body) =>
      h2Call(session, "POST", `/v2/a/blobs/uploads/?digest=${digestOf(body)}`, { body }),
    )
    expect((await Promise.all(pushed)).map(({ status }) => status)).toEqual(layers.map(() => 201))
    const pulled = await Promise.all(
      layers.map((body) => h2Call(session, "GET", `/v2/a/blobs/${digestOf(body)}`)),
    )
    expect(pulled.map(({ body }) => digestOf(body))).toEqual(layers.map((body) => digestOf(body)))
  })

  it("a body that breaks off is not taken for complete", async () => {
    const whole = randomBytes(200_000)
    const other = await openSession(test.url, first.cert)
    const stream = other.request({
      ":method": "POST",
      ":path": `/v2/broken/blobs/uploads/?digest=${digestOf(whole)}`,
    })
    stream.once("error", () => undefined)
    stream.write(whole.subarray(0, 100_000))
    await new Promise((resolve) => setTimeout(resolve, 50))
    other.destroy()
    await expect
      .poll(() =>
        test.logged.find(({ path, broken }) => String(path).startsWith("/v2/broken/") && broken === true),
      )
      .toBeDefined()
    await expect.poll(() => test.logged.filter(({ msg }) => msg === "client gone")).toHaveLength(1)
    expect(test.logged.filter(({ level }) => level === "error")).toEqual([])
    const answer = await h2Call(session, "HEAD", `/v2/broken/blobs/${digestOf(whole)}`)
    expect(answer.status).toBe(404)
  })
})

it("HTTP/1.1 goes on beside it", async () => {
  const answer = await new Promise<{ version: string; status: number | undefined }>((resolve, reject) => {
    httpsRequest(`${test.url}/v2/`, { ca: first.cert, agent: false }, (response) => {
      response.resume()
      resolve({ version: response.httpVersion, status: response.statusCode })
    })
      .once("error", reject)
      .end()
  })
  expect(answer).toEqual({ version: "1.1", status: 200 })
})

describe("another certificate", () => {
  it("is used from a reload on, and open connections live on", async () => {
    const session = await openSession(test.url, first.cert)
    expect(await presented()).toBe("first")
    await use(second)
    expect(await presented()).toBe("first")
    await test.server.reload()
    expect(await presented()).toBe("second")
    expect((await h2Call(session, "GET", "/v2/")).status).toBe(200)
    session.close()
  })

  it("that does not fit its key is refused, and the old one stays", async () => {
    await copyFile(first.certificate, join(folder, "used.crt"))
    await expect(test.server.reload()).rejects.toThrow(/is not the key of the certificate in/)
    expect(await presented()).toBe("second")
    await use(first)
    await test.server.reload()
  })
})

it.each([
  [
    "missing files",
    "/nowhere/a.crt",
    "/nowhere/a.key",
    "tls.certificate: the file '/nowhere/a.crt' does not exist",
  ],
  ["a key for a certificate", "first.key", "first.key", /first\.key' holds no certificate in PEM/],
  [
    "a certificate for a key",
    "first.crt",
    "first.crt",
    /first\.crt' holds no private key without a passphrase in PEM/,
  ],
  ["a key of another", "first.crt", "second.key", /second\.key' is not the key of the certificate/],
])("does not start with %s", async (_, certificate, key, message) => {
  const starting = startServer({
    "tls.certificate": join(certificate.startsWith("/") ? "/" : folder, certificate),
    "tls.key": join(key.startsWith("/") ? "/" : folder, key),
  })
  await expect(starting).rejects.toThrow(message)
})
