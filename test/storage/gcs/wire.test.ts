import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { GcsDriverOptions } from "../../../src/storage/gcs/options.ts"
import { patternedBytes, patternedChunks } from "../../support/bytes.ts"
import { startFaultProxy, type Fault, type FaultProxy } from "../../support/fault-proxy.ts"
import { codeOf, keysOf } from "../contract/check.ts"
import { openBucket } from "./setup.ts"

const json = (value: object): Fault => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(value),
})
const WRITTEN = written(1, "7")

function written(size: number, generation: string) {
  return json({ size: String(size), generation, updated: "2026-01-01T00:00:00Z" })
}

describe("gcs on the wire", () => {
  let server: FaultProxy

  beforeAll(async () => {
    server = await startFaultProxy()
  })
  afterAll(() => server[Symbol.asyncDispose]())
  beforeEach(() => server.plan(() => WRITTEN))

  const open = (options: Partial<GcsDriverOptions> = {}) =>
    openBucket({ bucket: "images", endpoint: server.url, ...options })
  const seen = () => {
    const request = server.seen.at(-1)
    if (!request) throw new Error("Nothing was sent.")
    return { ...request, url: new URL(request.url, server.url) }
  }

  test.for([
    [undefined, "a/b"],
    ["/", "a/b"],
    ["team/images", "team/images/a/b"],
    ["/team/images//", "team/images/a/b"],
  ] as const)("with the root directory %s an object is called %s", async ([rootDir, name]) => {
    await using driver = open({ rootDir })
    await driver.write("a/b", Buffer.from("x"))
    expect(seen().url.pathname).toBe("/upload/storage/v1/b/images/o")
    expect(seen().url.searchParams.get("name")).toBe(name)
    await driver.stat("a/b")
    expect(seen().url.pathname).toBe(`/storage/v1/b/images/o/${encodeURIComponent(name)}`)
  })

  test("a body is sent plain, with its length, type and checksum", async () => {
    await using driver = open()
    const body = patternedBytes(100_000)
    server.plan(() => written(body.length, "7"))
    await driver.write("a/b", body)
    const { headers, url } = seen()
    expect(Number(headers["content-length"])).toBeGreaterThan(body.length)
    expect(headers).not.toHaveProperty("transfer-encoding")
    expect(headers).not.toHaveProperty("authorization")
    expect(url.searchParams.get("uploadType")).toBe("multipart")
    expect(url.searchParams.has("ifGenerationMatch")).toBe(false)
  })

  test("what has arrived as something else is written again, in its place and no one else's", async () => {
    const body = patternedBytes(1000)
    server.plan(({ method, url }) => {
      if (method === "GET") return written(0, "7")
      return url.includes("ifGenerationMatch=7") ? written(1000, "8") : written(0, "7")
    })
    await using driver = open()
    expect(await driver.write("a/b", body, { ifAbsent: true })).toEqual({ etag: "8" })

    server.plan(({ method }) => written(0, method === "GET" ? "9" : "7"))
    expect(await driver.write("a/b", body)).toEqual({ etag: "7" })

    server.plan(() => written(0, "7"))
    expect(await codeOf(driver.write("a/b", body))).toBe("UPLOAD_INVALID")
  })

  test("the user agent is the program's, or what is wished", async () => {
    for (const [userAgent, sent] of [
      [undefined, "oci-store"],
      ["nightly-build/7.1", "nightly-build/7.1"],
    ] as const) {
      await using driver = open({ userAgent })
      await driver.stat("a/b")
      expect(seen().headers["user-agent"]).toBe(sent)
    }
  })

  test("a large object is sent in chunks of the size wished", async () => {
    server.plan(({ method, headers }) => {
      if (method === "POST") return { status: 200, headers: { location: "/session" } }
      const [, last, total] = /-(\d+)\/(.*)$/.exec(headers["content-range"] ?? "") ?? []
      return total === "*" ? { status: 308, headers: { range: `bytes=0-${last}` } } : WRITTEN
    })
    await using driver = open({ partSize: 512 * 1024 })
    await using upload = await driver.createUpload("a/b")
    await upload.append(patternedChunks(1200 * 1024))
    await upload.commit()
    const chunks = server.seen.filter(({ method }) => method === "PUT")
    expect(chunks.map(({ headers }) => Number(headers["content-length"]) / 1024)).toEqual([512, 512, 176])
  })

  test("conditions are generations", async () => {
    await using driver = open()
    expect(await driver.write("a/b", Buffer.from("x"), { ifAbsent: true })).toEqual({ etag: "7" })
    expect(seen().url.searchParams.get("ifGenerationMatch")).toBe("0")
    await driver.write("a/b", Buffer.from("x"), { ifMatch: "7" })
    expect(seen().url.searchParams.get("ifGenerationMatch")).toBe("7")
  })

  test("an endpoint needs no scheme, and may have the API's path", async () => {
    for (const endpoint of [server.host, `${server.url}/`, `${server.url}/storage/v1/`]) {
      await using driver = open({ endpoint })
      expect(await driver.stat("a/b")).toMatchObject({ etag: "7" })
      expect(seen().url.pathname).toBe("/storage/v1/b/images/o/a%2Fb")
    }
  })

  test("an absent object is named as such, in whatever form it is said", async () => {
    await using driver = open()
    for (const type of ["text/html; charset=UTF-8", "application/json"]) {
      server.plan(() => ({
        status: 404,
        headers: { "content-type": type },
        body: "No such object: images/k",
      }))
      expect(await driver.stat("k")).toBeUndefined()
      expect(await codeOf(driver.read("k"))).toBe("NOT_FOUND")
    }
  })

  test("a listing is one order of objects and folded entries, over all pages", async () => {
    const objects = (...names: string[]) => names.map((name) => ({ name: `r/${name}`, size: "1" }))
    const kind = "storage#objects"
    server.plan(({ url }) =>
      url.includes("pageToken=next")
        ? json({ kind, items: objects("d", "e/"), prefixes: ["r/f/"] })
        : json({ kind, items: objects("a.b", "c"), prefixes: ["r/a/", "r/b/"], nextPageToken: "next" }),
    )
    await using driver = open({ rootDir: "r" })
    expect(await keysOf(driver, "", { delimiter: "/" })).toEqual(["a.b", "a/", "b/", "c", "d", "f/"])
    expect(await keysOf(driver, "", { delimiter: "/", startAfter: "a/" })).toEqual(["b/", "c", "d", "f/"])
    expect(seen().url.searchParams.get("startOffset")).toBe("r/a/")
  })
})
