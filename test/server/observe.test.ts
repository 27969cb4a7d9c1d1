/**
 * What those see who look after a server: health, metrics and logs.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { digestOf } from "../../src/oci/digest.ts"
import { startServer, type TestServer } from "../support/server.ts"

let folder: string
let test: TestServer

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-observe-"))
  test = await startServer({ "storage.path": folder, metrics: "everyone" })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

async function metrics(): Promise<string> {
  return (await fetch(`${test.url}/metrics`)).text()
}

/** The value of a line. */
async function value(name: string): Promise<number | undefined> {
  const line = (await metrics()).split("\n").find((line) => line.startsWith(`${name} `))
  return line === undefined ? undefined : Number(line.slice(name.length + 1))
}

const layer = Buffer.from("twelve bytes")
const digest = digestOf(layer)

describe("metrics", () => {
  it("count requests, bytes and calls of the store by route and driver", async () => {
    const pushed = await fetch(`${test.url}/v2/a/b/blobs/uploads/?digest=${digest}`, {
      method: "POST",
      body: layer,
    })
    expect(pushed.status).toBe(201)
    await (await fetch(`${test.url}/v2/a/b/blobs/${digest}`)).arrayBuffer()
    const route = 'route="/v2/:name/blobs/:digest"'
    await expect
      .poll(() => value(`oci_store_http_requests_total{method="GET",${route},status="200"}`))
      .toBe(1)
    expect(await value(`oci_store_http_sent_bytes_total{${route}}`)).toBe(12)
    expect(await value('oci_store_http_received_bytes_total{route="/v2/:name/blobs/uploads/"}')).toBe(12)
    expect(await value(`oci_store_http_request_duration_seconds_count{method="GET",${route}}`)).toBe(1)
    expect(await value('oci_store_storage_calls_total{driver="file",operation="commit"}')).toBe(1)
    expect(await value('oci_store_http_in_flight{kind="uploads"}')).toBe(0)
  })

  it("do not grow with what clients make up", async () => {
    const before = (await metrics()).split("\n").length
    for (let i = 0; i < 20; i++) {
      await fetch(`${test.url}/made/up/${i}`, { method: "PROPFIND" })
      await fetch(`${test.url}/v2/repository${i}/tags/list`)
    }
    await expect
      .poll(() => value('oci_store_http_requests_total{method="other",route="other",status="404"}'))
      .toBe(20)
    // Two more series, and their histograms.
    expect((await metrics()).split("\n").length - before).toBeLessThan(60)
  })

  it("are valid: every sample belongs to a metric that was announced", async () => {
    const lines = (await metrics()).trimEnd().split("\n")
    const announced = new Set(lines.flatMap((line) => /^# TYPE (\S+)/.exec(line)?.[1] ?? []))
    for (const line of lines.filter((line) => !line.startsWith("#"))) {
      const [, name = ""] = /^([a-z_]+)(?:\{(?:[a-z]+="[^"]*",?)*\})? -?[\d.e+-]+$/.exec(line) ?? []
      expect({ line, known: announced.has(name.replace(/_(bucket|sum|count)$/, "")) }).toEqual({
        line,
        known: true,
      })
    }
  })

  it("are off unless switched on", async () => {
    await using other = await startServer({ "storage.path": folder })
    expect((await fetch(`${other.url}/metrics`)).status).toBe(404)
  })
})

describe("an access line", () => {
  it("tells id, method, path, status, bytes, time and address", async () => {
    const answer = await fetch(`${test.url}/v2/a/b/blobs/${digest}?secret=1`, {
      headers: { "x-request-id": "my-id" },
    })
    await answer.arrayBuffer()
    expect(answer.headers.get("x-request-id")).toBe("my-id")
    await expect
      .poll(() => test.logged.find(({ id }) => id === "my-id"))
      .toEqual({
        level: "info",
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
        msg: "request",
        id: "my-id",
        method: "GET",
        path: `/v2/a/b/blobs/${digest}`,
        status: 200,
        bytes: 12,
        received: 0,
        milliseconds: expect.any(Number) as number,
        address: "127.0.0.1",
      })
  })

  it.each(["two words", "x".repeat(101), 'a"b'])("has an id of its own instead of '%s'", async (id) => {
    const answer = await fetch(`${test.url}/v2/`, { headers: { "x-request-id": id } })
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/)
  })

  it("of a probe is only there for those who want to know everything", async () => {
    await fetch(`${test.url}/healthz`, { headers: { "x-request-id": "probe" } })
    await expect.poll(() => test.logged.find(({ id }) => id === "probe")).toMatchObject({ level: "debug" })
  })
})

it("what is no endpoint is told so", async () => {
  const answer = await fetch(`${test.url}/nothing`)
  expect(answer.status).toBe(404)
})
