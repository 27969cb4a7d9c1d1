/**
 * A server that stops while it is at work, and clients that stall.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { type ClientRequest, request } from "node:http"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { digestOf } from "../../src/oci/digest.ts"
import { h2Call, openSession } from "../support/h2-client.ts"
import { startServer, type TestServer } from "../support/server.ts"
import { makeCertificate, type TestCertificate } from "../support/tls.ts"

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-stop-"))
})
afterEach(() => rm(folder, { recursive: true }))

const start = (settings: Record<string, unknown> = {}): Promise<TestServer> =>
  startServer({ "storage.path": folder, ...settings })

const layer = Buffer.alloc(3_000_000, "layer ")
const digest = digestOf(layer)
const UPLOAD = `/v2/a/blobs/uploads/?digest=${digest}`

interface Upload {
  readonly sent: ClientRequest
  /** Status, or the error's code. */
  readonly outcome: Promise<number | string | undefined>
}

/** An upload of which a part has been sent, and has arrived. */
async function beginUpload({ url }: TestServer): Promise<Upload> {
  const sent = request(`${url}${UPLOAD}`, { method: "POST", headers: { "content-length": layer.length } })
  const outcome = new Promise<number | string | undefined>((resolve) => {
    sent.once("response", (response) => {
      response.resume()
      resolve(response.statusCode)
    })
    sent.once("error", (error: NodeJS.ErrnoException) => resolve(error.code))
  })
  sent.write(layer.subarray(0, 1_000_000))
  await expect.poll(files).toHaveLength(1)
  return { sent, outcome }
}

/** Files of the store, unfinished ones too. */
async function files(): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

const refused = async ({ url }: TestServer): Promise<boolean> =>
  fetch(`${url}/healthz`).then(
    () => false,
    () => true,
  )

describe("a server that is told to stop", () => {
  it("accepts nothing new and lets an upload finish", async () => {
    await using test = await start()
    const { sent, outcome } = await beginUpload(test)
    const stopped = test.server.stop(30_000)
    await expect.poll(() => refused(test)).toBe(true)
    sent.end(layer.subarray(1_000_000))
    expect(await outcome).toBe(201)
    await stopped
    expect(await files()).toHaveLength(2)
  })

  it("cuts what takes longer than the grace, and leaves nothing half-done", async () => {
    await using test = await start()
    const { outcome } = await beginUpload(test)
    await test.server.stop(100)
    expect(await outcome).toBe("ECONNRESET")
    expect(await files()).toEqual([])
  })

  it("does not wait for connections that only are open", async () => {
    await using test = await start()
    const { hostname, port } = new URL(test.url)
    await fetch(`${test.url}/healthz`)
    const silent = connect(Number(port), hostname)
    const closed = new Promise((resolve) => silent.once("close", resolve))
    await new Promise((resolve) => silent.once("connect", resolve))
    silent.write("GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
    await new Promise((resolve) => silent.once("data", resolve))
    await test.server.stop(60_000)
    await closed
  })

  it("nor for those that never asked anything", async () => {
    await using test = await start()
    const { closed } = await openSilent(test)
    await test.server.stop(60_000)
    await closed
  })
})

/** A connection on which nothing is ever sent. */
async function openSilent({ url }: TestServer): Promise<{ readonly closed: Promise<unknown> }> {
  const { hostname, port } = new URL(url)
  const silent = connect(Number(port), hostname)
  const closed = new Promise((resolve) => silent.once("close", resolve))
  silent.on("error", () => undefined)
  await new Promise((resolve) => silent.once("connect", resolve))
  return { closed }
}

describe("over HTTP/2", () => {
  let certificate: TestCertificate
  let tlsFolder: string
  beforeAll(async () => {
    tlsFolder = await mkdtemp(join(tmpdir(), "oci-store-stop-tls-"))
    certificate = await makeCertificate(tlsFolder, "stop")
  })
  afterAll(() => rm(tlsFolder, { recursive: true }))

  const startTls = (settings: Record<string, unknown> = {}): Promise<TestServer> =>
    start({ "tls.certificate": certificate.certificate, "tls.key": certificate.key, ...settings })

  /** As {@link beginUpload}. */
  async function beginStream({ url }: TestServer) {
    const session = await openSession(url, certificate.cert)
    session.on("error", () => undefined)
    const stream = session.request({ ":method": "POST", ":path": UPLOAD })
    stream.once("error", () => undefined)
    const outcome = new Promise<number | string>((resolve) => {
      stream.once("response", (headers) => resolve(Number(headers[":status"])))
      stream.once("close", () => resolve("cut"))
    })
    stream.write(layer.subarray(0, 1_000_000))
    await expect.poll(files).toHaveLength(1)
    return { stream, outcome, session }
  }

  it("a server that is told to stop lets an upload finish", async () => {
    await using test = await startTls()
    const { stream, outcome } = await beginStream(test)
    const stopped = test.server.stop(30_000)
    stream.end(layer.subarray(1_000_000))
    expect(await outcome).toBe(201)
    await stopped
    expect(await files()).toHaveLength(2)
  })

  it("and cuts what takes longer than the grace, without a trace", async () => {
    await using test = await startTls()
    const { outcome } = await beginStream(test)
    await test.server.stop(100)
    expect(await outcome).toBe("cut")
    expect(await files()).toEqual([])
  })

  it("and does not wait for connections without a handshake", async () => {
    await using test = await startTls()
    const { closed } = await openSilent(test)
    await test.server.stop(60_000)
    await closed
  })

  it("a client that stalls is cut, and other requests on its connection are not", async () => {
    await using test = await startTls({ "server.read_timeout": "1s" })
    const { outcome, session } = await beginStream(test)
    expect(await outcome).toBe("cut")
    await expect.poll(files).toEqual([])
    expect((await h2Call(session, "GET", "/v2/")).status).toBe(200)
    session.close()
  })

  it("a connection without requests is closed after its time, not before", async () => {
    await using test = await startTls({ "server.idle_timeout": "1s" })
    const { stream, outcome, session } = await beginStream(test)
    const closed = new Promise((resolve) => session.once("close", resolve))
    await new Promise((resolve) => setTimeout(resolve, 1500))
    stream.end(layer.subarray(1_000_000))
    expect(await outcome).toBe(201)
    stream.resume()
    await closed
  })
})

describe("a client that stalls", () => {
  it("in the middle of its request is cut, and nothing is left", async () => {
    await using test = await start({ "server.read_timeout": "1s" })
    const { outcome } = await beginUpload(test)
    expect(await outcome).toBe("ECONNRESET")
    await expect.poll(files).toEqual([])
    await expect
      .poll(() => test.logged.find(({ msg }) => msg === "client gone"))
      .toMatchObject({
        error: "the client has sent nothing for too long",
      })
  })

  it("is not one that is only slow", async () => {
    await using test = await start({ "server.read_timeout": "1500ms", "server.write_timeout": "1500ms" })
    const { sent, outcome } = await beginUpload(test)
    for (let at = 1_000_000; at < layer.length; at += 200_000) {
      await new Promise((resolve) => setTimeout(resolve, 250))
      sent.write(layer.subarray(at, at + 200_000))
    }
    sent.end()
    expect(await outcome).toBe(201)
  })

  it("and takes nothing of its answer is cut", async () => {
    await using test = await start({ "server.write_timeout": "200ms" })
    const big = Buffer.alloc(40_000_000, "big ")
    const location = `/v2/a/blobs/uploads/?digest=${digestOf(big)}`
    expect((await fetch(`${test.url}${location}`, { method: "POST", body: big })).status).toBe(201)
    const { hostname, port } = new URL(test.url)
    const client = connect(Number(port), hostname)
    client.pause()
    client.write(`GET /v2/a/blobs/${digestOf(big)} HTTP/1.1\r\nhost: x\r\n\r\n`)
    await expect
      .poll(() => test.logged.find(({ msg, broken }) => msg === "request" && broken === true), {
        timeout: 5000,
      })
      .toMatchObject({ status: 200 })
    client.destroy()
  })
})
