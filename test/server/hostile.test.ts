/**
 * Requests that no well-meaning client sends, byte by byte.
 */
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { digestOf } from "../../src/oci/digest.ts"
import { MANIFEST_LIMIT } from "../../src/oci/manifest.ts"
import { startServer, type TestServer } from "../support/server.ts"

let folder: string
let test: TestServer

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-hostile-"))
  test = await startServer({ "storage.path": join(folder, "a", "b"), "server.read_timeout": "300ms" })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** What comes back until the server closes the connection. */
function send(...parts: (string | Uint8Array)[]): Promise<string> {
  const { hostname, port } = new URL(test.url)
  return new Promise((resolve) => {
    let answer = ""
    const socket = connect(Number(port), hostname)
    socket.on("data", (chunk) => (answer += String(chunk)))
    socket.on("error", () => undefined)
    socket.once("close", () => resolve(answer))
    for (const part of parts) socket.write(part)
  })
}

const head = (line: string, ...headers: string[]): string =>
  `${[`${line} HTTP/1.1`, "host: x", "connection: close", ...headers].join("\r\n")}\r\n\r\n`

const zeros = `sha256:${"0".repeat(64)}`
const blob = Buffer.from("ten bytes.")
const upload = `POST /v2/a/blobs/uploads/?digest=${digestOf(blob)}`

it.each([
  ["a path that climbs", head(`GET /v2/../../../etc/passwd/blobs/${zeros}`), 404],
  ["a name that climbs, encoded", head(`GET /v2/%2e%2e%2f%2e%2e%2fetc/blobs/${zeros}`), 400],
  [
    "an upload into a name that climbs",
    head("POST /v2/a/%2e%2e/%2e%2e/b/blobs/uploads/", "content-length: 0"),
    404,
  ],
  ["a tag that climbs", head("GET /v2/a/manifests/..%2f..%2fsecret"), 404],
  ["a session that climbs", head("GET /v2/a/blobs/uploads/..%2f..%2f..%2fx"), 404],
  ["a digest that climbs", head("GET /v2/a/blobs/sha256:..%2f..%2f..%2fx"), 400],
  ["a NUL in a name", head("GET /v2/a%00b/tags/list"), 400],
  ["a line end in a name", head("GET /v2/a%0d%0aset-cookie:%20x/tags/list"), 404],
  ["a line end in the tag to start from", head("GET /v2/a/tags/list?n=1&last=%0d%0aset-cookie:%20x"), 400],
  ["headers of 20 kB", head("GET /v2/", `x-long: ${"x".repeat(20_000)}`), 431],
  ["two lengths", head(upload, "content-length: 10", "content-length: 11"), 400],
  ["a length and chunks", head(upload, "content-length: 10", "transfer-encoding: chunked"), 400],
  ["a length that is none", head(upload, "content-length: -1"), 400],
  ["a request line that is none", "HELLO\r\n\r\n", 400],
])("%s", async (_, bytes, status) => {
  const answer = await send(bytes)
  expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  expect(answer).not.toMatch(/^set-cookie/im)
})

it("a body that is shorter than it says is refused, and nothing of it stays", async () => {
  expect(await send(head(upload, "content-length: 11"), blob)).toBe("")
  expect(await readdir(folder, { recursive: true })).toEqual([])
})

it("a body of another digest is refused, and nothing of it stays", async () => {
  expect(await send(head(upload, "content-length: 10"), "other text")).toMatch(
    /^HTTP\/1\.1 400 .*DIGEST_INVALID/s,
  )
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  expect(entries.filter((entry) => entry.isFile())).toEqual([])
})

it("a manifest that is too long is refused before it is all read", async () => {
  const length = MANIFEST_LIMIT + 1
  const answer = await send(
    head("PUT /v2/a/manifests/v1", `content-length: ${length}`),
    Buffer.alloc(length, " "),
  )
  expect(answer).toMatch(/^HTTP\/1\.1 413 /)
})

it("the server goes on", async () => {
  expect((await fetch(`${test.url}/v2/`)).status).toBe(200)
})
