import { beforeEach, describe, expect, it } from "vitest"
import { digestOf } from "../../src/oci/digest.ts"
import { createMemoryDriver } from "../../src/storage/memory.ts"
import { createTestRegistry, type TestRegistry } from "../support/registry.ts"
import { randomBytes } from "node:crypto"

const absent = digestOf(Buffer.from("nobody has pushed this"))
const MiB = 1024 * 1024

describe.each([
  { size: 10, renames: true, sessions: "memory", kept: "in memory" },
  { size: 20 * MiB, renames: true, sessions: "memory", kept: "staged in the store" },
  { size: 20 * MiB, renames: false, sessions: "memory", kept: "in a temporary file" },
  { size: 10, renames: true, sessions: "stored", kept: "in parts in the store" },
  { size: 20 * MiB, renames: true, sessions: "stored", kept: "in parts in the store" },
] as const)("an upload of $size bytes, $kept", ({ size, renames, sessions }) => {
  const bytes = randomBytes(size)
  const half = Math.floor(size / 2)
  let test: TestRegistry
  let location: string
  let before: string[]

  const call = (method: string, path: string, headers: Record<string, string> = {}, body?: Uint8Array) =>
    test.app.request(path, { method, headers, ...(body && { body: new Uint8Array(body) }) })
  const patch = (start: number, end: number) =>
    call("PATCH", location, { "content-range": `${start}-${end - 1}` }, bytes.subarray(start, end))
  const close = (digest = digestOf(bytes), headers: Record<string, string> = {}, body?: Uint8Array) =>
    call("PUT", `${location}?digest=${digest}`, headers, body)

  beforeEach(async () => {
    test = createTestRegistry({ sessions }, Object.assign(createMemoryDriver(), { renames }))
    before = await test.keys()
    const started = await call("POST", "/v2/a/blobs/uploads/", { "content-length": "0" })
    expect(started.status).toBe(202)
    location = started.headers.get("location") ?? ""
    expect(location).toMatch(/^\/v2\/a\/blobs\/uploads\/[0-9a-f-]{36}$/)
  })

  const stored = async (digest = digestOf(bytes)): Promise<void> => {
    const response = await call("GET", `/v2/a/blobs/${digest}`)
    expect(response.status).toBe(200)
    expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true)
    expect((await test.keys()).filter((key) => key.includes("_uploads"))).toEqual([])
  }

  it("takes one streamed PATCH without a length", async () => {
    expect((await call("PATCH", location, {}, bytes)).headers.get("range")).toBe(`0-${size - 1}`)
    expect((await close()).status).toBe(201)
    await stored()
  })

  it("takes chunks", async () => {
    expect((await patch(0, half)).headers.get("range")).toBe(`0-${half - 1}`)
    expect((await patch(half, size)).headers.get("range")).toBe(`0-${size - 1}`)
    expect((await close()).status).toBe(201)
    await stored()
  })

  it("takes the last chunk in the PUT", async () => {
    await patch(0, half)
    const last = bytes.subarray(half)
    expect((await close(undefined, { "content-range": `${half}-${size - 1}` }, last)).status).toBe(201)
    await stored()
  })

  it("takes everything in the PUT", async () => {
    expect((await close(undefined, { "content-length": String(size) }, bytes)).status).toBe(201)
    await stored()
  })

  it("takes a digest by sha512, told at the start", async () => {
    const started = await call("POST", "/v2/a/blobs/uploads/?digest-algorithm=sha512")
    const digest = digestOf(bytes, "sha512")
    const told = started.headers.get("location") ?? ""
    expect((await call("PATCH", told, {}, bytes)).status).toBe(202)
    expect((await call("PUT", `${told}?digest=${digest}`)).status).toBe(201)
    await call("DELETE", location)
    await stored(digest)
  })

  it("takes a digest by sha512, told in the end", async () => {
    await patch(0, size)
    const digest = digestOf(bytes, "sha512")
    expect((await close(digest)).status).toBe(201)
    await stored(digest)
  })

  it("refuses a chunk out of order, by PATCH and by PUT, and says where it stands", async () => {
    await patch(0, half)
    for (const refused of [
      await patch(0, half),
      await close(undefined, { "content-range": `${half + 1}-${size - 1}` }, bytes.subarray(half + 1)),
    ]) {
      expect(refused.status).toBe(416)
      expect(refused.headers.get("range")).toBe(`0-${half - 1}`)
      expect(refused.headers.get("location")).toBe(location)
    }
    const state = await call("GET", location)
    expect([state.status, state.headers.get("range")]).toEqual([204, `0-${half - 1}`])
    await patch(half, size)
    expect((await close()).status).toBe(201)
  })

  it("refuses a Content-Range that does not fit the body", async () => {
    const refused = await call(
      "PATCH",
      location,
      { "content-range": "0-99", "content-length": "5" },
      bytes.subarray(0, 5),
    )
    expect(refused.status).toBe(416)
  })

  it("refuses bytes that hash to something else, and leaves nothing", async () => {
    await patch(0, size)
    expect((await close(absent)).status).toBe(400)
    expect((await call("GET", location)).status).toBe(404)
    expect(await test.keys()).toEqual(before)
  })

  it("goes on after a broken connection from what has arrived", async () => {
    const broken = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(bytes.subarray(0, half)))
      },
      pull: (controller) => controller.error(new Error("connection reset")),
    })
    const response = await test.app.request(location, {
      method: "PATCH",
      body: broken,
      duplex: "half",
    })
    expect(response.status).toBe(500)
    expect((await call("GET", location)).headers.get("range")).toBe(`0-${half - 1}`)
    await patch(half, size)
    expect((await close()).status).toBe(201)
    await stored()
  })

  it("is cancelled without a trace", async () => {
    await patch(0, half)
    expect((await call("DELETE", location)).status).toBe(204)
    expect((await call("PATCH", location, {}, bytes)).status).toBe(404)
    expect(await test.keys()).toEqual(before)
  })

  if (sessions === "memory")
    it("is dropped with the registry, without a trace", async () => {
      await patch(0, half)
      await test.registry[Symbol.asyncDispose]()
      expect(await test.keys()).toEqual(before)
    })

  it("is one of several at once", async () => {
    const again = await call("POST", "/v2/a/blobs/uploads/")
    const other = again.headers.get("location") ?? ""
    await Promise.all([call("PATCH", location, {}, bytes), call("PATCH", other, {}, bytes)])
    const closed = await Promise.all([close(), call("PUT", `${other}?digest=${digestOf(bytes)}`)])
    expect(closed.map((response) => response.status)).toEqual([201, 201])
    await stored()
  })
})
