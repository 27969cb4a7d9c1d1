/**
 * Requests that no well-meaning client sends, byte for byte, to a registry over a folder.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { digestOf } from "../../src/oci/digest.ts"
import { MANIFEST_LIMIT } from "../../src/oci/manifest.ts"
import { createFileDriver } from "../../src/storage/file.ts"
import { serveRegistry, type ServedRegistry } from "../support/served-registry.ts"

const bytes = Buffer.from("0123456789")
const digest = digestOf(bytes)
const absent = digestOf(Buffer.from("something else"))
const chunked = "transfer-encoding: chunked"

let folder: string
let served: ServedRegistry

/** Sends exactly this, and returns all that comes until the server hangs up. */
async function send(head: readonly string[], body: string | Buffer = "", hangUp = false): Promise<string> {
  const [host = "", port] = served.address.split(":")
  const socket = connect(Number(port), host)
  const answer: Buffer[] = []
  socket.on("data", (chunk: Buffer) => answer.push(chunk))
  // A server that has refused may reset what still comes.
  socket.on("error", () => undefined)
  const closed = new Promise((resolve) => socket.once("close", resolve))
  socket.write(`${head.join("\r\n")}\r\nhost: registry\r\nconnection: close\r\n\r\n`)
  socket.write(body)
  if (hangUp) socket.end()
  await closed
  return Buffer.concat(answer).toString()
}

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1])

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-refusals-"))
  const driver = createFileDriver({ root: join(folder, "store"), createRoot: true })
  served = await serveRegistry(driver, { scope: "repository", publish: "on-put", sessions: "stored" })
})
afterAll(async () => {
  await served?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})
// That a client hangs up is its own affair.
afterEach(() => expect(served.errors.filter(({ message }) => message !== "aborted")).toEqual([]))

describe("paths that lead elsewhere", () => {
  it.each([
    "GET /v2/../../../../etc/passwd",
    "GET /v2/../blobs/sha256:..%2f..%2f..%2fetc%2fpasswd",
    `GET /v2/..%2f..%2fx/blobs/${digest}`,
    `PUT /v2/a%2f..%2f..%2fx/manifests/v1`,
    "PUT /v2/a/manifests/..%2f..%2fx",
    "PUT /v2/a/manifests/%2e%2e",
    `POST /v2/%2e%2e/x/blobs/uploads/?digest=${digest}`,
    "POST /v2/a/blobs/uploads/?digest=sha256:../../x",
    `POST /v2/a/blobs/uploads/?mount=${digest}&from=../x`,
    "PATCH /v2/a/blobs/uploads/..%2f..%2f..%2fx",
    "PATCH /v2/a/blobs/uploads/%2e%2e",
    `PUT /v2/a/blobs/uploads/..%5c..%5cx?digest=${digest}`,
    "DELETE /v2/a/blobs/uploads/..",
    "DELETE /v2/a/manifests/..%2f..%2fx",
    "GET /v2/a/tags/list?last=../../x",
    `GET /v2/a/referrers/${digest}%2f..%2fx`,
  ])("%s is refused, and nothing is written", async (line) => {
    const answer = await send([`${line} HTTP/1.1`, `content-length: ${bytes.length}`], bytes)
    expect([400, 404]).toContain(statusOf(answer))
    expect(answer).toContain('"errors"')
    expect((await readdir(folder)).filter((name) => name !== "store")).toEqual([])
    expect(await readdir(join(folder, "store")).catch(() => [])).toEqual([])
  })
})

describe("line breaks that would be headers of the answer", () => {
  const evil = "%0d%0aX-Injected:%20yes"
  it.each([
    `GET /v2/a${evil}/manifests/v1`,
    `GET /v2/a/manifests/v1${evil}`,
    `PUT /v2/a/manifests/v1${evil}`,
    `PUT /v2/a/manifests/${digest}?tag=x${evil}`,
    `POST /v2/a/blobs/uploads/?digest=${digest}${evil}`,
    `POST /v2/a/blobs/uploads/?digest-algorithm=sha512${evil}`,
    `GET /v2/a/referrers/${digest}?artifactType=${evil}`,
    `GET /v2/_catalog?n=1&last=${evil}`,
    `PATCH /v2/a/blobs/uploads/x${evil}`,
  ])("%s injects none", async (line) => {
    const answer = await send([`${line} HTTP/1.1`, "content-length: 0"])
    expect(statusOf(answer)).toBeGreaterThan(0)
    const [head = ""] = answer.split("\r\n\r\n")
    expect(head.toLowerCase()).not.toContain("x-injected:")
  })
})

describe("what is too large", () => {
  it("headers are", async () => {
    const answer = await send(["GET /v2/ HTTP/1.1", `x-large: ${"x".repeat(20 * 1024)}`])
    expect(statusOf(answer)).toBe(431)
  })

  it("a manifest whose length says so is", async () => {
    const size = MANIFEST_LIMIT + 1
    const put = ["PUT /v2/a/manifests/v1 HTTP/1.1", `content-length: ${size}`]
    expect(statusOf(await send(put, Buffer.alloc(size, " ")))).toBe(413)
  })

  it("a manifest that does not tell its length is", async () => {
    const size = MANIFEST_LIMIT + 1
    const body = `${size.toString(16)}\r\n${" ".repeat(size)}\r\n0\r\n\r\n`
    expect(statusOf(await send(["PUT /v2/a/manifests/v1 HTTP/1.1", chunked], body))).toBe(413)
  })
})

describe("lengths and digests that lie", () => {
  const post = (query: string): string => `POST /v2/a/blobs/uploads/?${query} HTTP/1.1`
  const found = async (wanted: string): Promise<number> =>
    statusOf(await send([`HEAD /v2/a/blobs/${wanted} HTTP/1.1`]))

  it("fewer bytes than announced are no blob", async () => {
    await send([post(`digest=${digest}`), "content-length: 11"], bytes, true)
    expect(await found(digest)).toBe(404)
  })

  it("bytes beyond the announced ones are no part of the blob", async () => {
    const answer = await send([post(`digest=${digest}`), "content-length: 9"], bytes)
    expect(statusOf(answer)).toBe(400)
    expect(await found(digest)).toBe(404)
  })

  it("two lengths are none", async () => {
    const answer = await send([post(`digest=${digest}`), "content-length: 10", chunked], bytes)
    expect(statusOf(answer)).toBe(400)
  })

  it("a Content-Range of another length than the body is refused", async () => {
    const started = await send([post(""), "content-length: 0"])
    const location = /^location: (.+)\r$/im.exec(started)?.[1]
    const range = ["content-range: 0-99", "content-length: 10"]
    expect(statusOf(await send([`PATCH ${location} HTTP/1.1`, ...range], bytes))).toBe(416)
    expect(statusOf(await send([`DELETE ${location} HTTP/1.1`]))).toBe(204)
  })

  it("bytes that hash to something else are no blob, and no manifest", async () => {
    const length = `content-length: ${bytes.length}`
    expect(statusOf(await send([post(`digest=${absent}`), length], bytes))).toBe(400)
    expect(await found(absent)).toBe(404)
    const manifest = JSON.stringify({ schemaVersion: 2, manifests: [] })
    const put = [`PUT /v2/a/manifests/${absent} HTTP/1.1`, `content-length: ${manifest.length}`]
    expect(statusOf(await send(put, manifest))).toBe(400)
    expect(statusOf(await send([`HEAD /v2/a/manifests/${absent} HTTP/1.1`]))).toBe(404)
  })
})
