/**
 * HTTP/2 without TLS, beside HTTP/1.1 on the same port.
 */
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { digestOf } from "../../src/oci/digest.ts"
import { h2Call, openSession } from "../support/h2-client.ts"
import { startServer, type TestServer } from "../support/server.ts"

let folder: string
let test: TestServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-h2c-"))
  test = await startServer({ "storage.path": folder, "server.h2c": true })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const blob = Buffer.alloc(3_000_000, "h2c")
const digest = digestOf(blob)

/** Sends pieces as packets of their own, and ends. */
async function talk(...pieces: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(test.url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  await once(socket, "connect")
  for (const piece of pieces) {
    socket.write(piece)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  socket.end()
  return Buffer.concat(await socket.toArray()).toString("latin1")
}

describe("HTTP/2 without TLS", () => {
  it("carries blobs both ways, with many requests at once", async () => {
    const session = await openSession(test.url)
    const pushed = await h2Call(session, "POST", `/v2/a/blobs/uploads/?digest=${digest}`, { body: blob })
    expect(pushed.status).toBe(201)
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => h2Call(session, "GET", `/v2/a/blobs/${digest}`)),
    )
    for (const { status, body } of answers) expect([status, digestOf(body)]).toEqual([200, digest])
    session.close()
  })

  it("leaves HTTP/1.1 as it is, also in pieces", async () => {
    expect((await fetch(`${test.url}/v2/`)).status).toBe(200)
    const pushed = await fetch(`${test.url}/v2/b/blobs/uploads/?digest=${digest}`, {
      method: "POST",
      body: blob,
    })
    expect(pushed.status).toBe(201)
    const rest =
      "T /v2/b/blobs/uploads/ HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    expect(await talk("P", "OS", rest)).toMatch(/^HTTP\/1\.1 202 /)
  })

  it.each([
    ["nothing", []],
    ["the beginning of a preface", ["PR"]],
    ["a preface and no HTTP/2", ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "nonsense".repeat(10)]],
  ])("survives a client that sends %s", async (_, pieces) => {
    await talk(...pieces)
    expect((await fetch(`${test.url}/healthz`)).status).toBe(200)
  })

  it("ends with the server", async () => {
    await using own = await startServer({ "storage.path": folder, "server.h2c": true })
    const session = await openSession(own.url)
    expect((await h2Call(session, "GET", "/v2/")).status).toBe(200)
    const closed = once(session, "close")
    await own.server.stop(1000)
    await closed
  })

  it("is not spoken where it was not asked for", async () => {
    await using own = await startServer({ "storage.path": folder })
    const session = await openSession(own.url)
    const failed = once(session, "error")
    session.request({ ":path": "/v2/" }).on("error", () => undefined)
    await expect(failed).resolves.toMatchObject([{ code: "ERR_HTTP2_ERROR" }])
  })
})
