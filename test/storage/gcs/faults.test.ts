import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import type { StorageDriver } from "../../../src/storage/driver.ts"
import { collect, MiB, patternedChunks, sha256Of } from "../../support/bytes.ts"
import { startFakeGcs, type FakeGcs } from "../../support/fake-gcs.ts"
import { first, startFaultProxy, type FaultProxy, type SeenRequest } from "../../support/fault-proxy.ts"
import { codeOf, keysOf } from "../contract/check.ts"
import { describeWithFakeGcs, openBucket } from "./setup.ts"

const problem = (status: number, reason: string, message: string) => ({
  status,
  headers: { "content-type": "application/json; charset=UTF-8" },
  body: JSON.stringify({ error: { code: status, message, errors: [{ message, domain: "global", reason }] } }),
})
const OVERLOADED = problem(503, "backendError", "We encountered an internal error. Please try again.")
const DENIED = problem(403, "forbidden", "pusher@example does not have storage.objects.create access.")

const isChunk = ({ method }: SeenRequest) => method === "PUT"
const isQuery = ({ headers }: SeenRequest) => headers["content-range"]?.startsWith("bytes */") ?? false
const isWrite = ({ method, url }: SeenRequest) => method === "POST" && url.includes("uploadType=multipart")
const isMove = ({ url }: SeenRequest) => url.includes("/moveTo/")

describeWithFakeGcs("gcs with faults in between", (program) => {
  let server: FakeGcs
  let proxy: FaultProxy
  let driver: StorageDriver
  const size = 3 * MiB + 5

  beforeAll(async () => {
    server = await startFakeGcs(program)
    await server.createBucket("images")
    proxy = await startFaultProxy(server.endpoint)
    driver = openBucket({ bucket: "images", endpoint: proxy.url })
  })
  afterAll(async () => {
    await driver[Symbol.asyncDispose]()
    await proxy[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })
  beforeEach(() => proxy.plan(() => undefined))

  const upload = async (key: string, into = driver) => {
    await using upload = await into.createUpload(key)
    await upload.append(patternedChunks(size))
    await upload.commit()
  }
  const expectStored = async (key: string) => {
    proxy.plan(() => undefined)
    expect(await sha256Of((await driver.read(key)).body)).toBe(await sha256Of(patternedChunks(size)))
    await driver.delete(key)
  }

  test("requests are made when they are needed, and no others", async () => {
    const made = async (run: () => Promise<unknown>) => {
      proxy.plan(() => undefined)
      await run()
      return proxy.seen.map(({ method }) => method)
    }
    const fresh = openBucket({ bucket: "images", endpoint: proxy.url })
    expect(await made(async () => (await driver.createUpload("n/none")).abort())).toEqual([])
    expect(await made(() => driver.write("n/a", Buffer.from("x"), { ifAbsent: true }))).toEqual(["POST"])
    expect(await made(() => driver.stat("n/a"))).toEqual(["GET"])
    expect(await made(async () => collect((await driver.read("n/a")).body))).toEqual(["GET"])
    expect(await made(() => upload("n/b"))).toEqual(["POST", "PUT", "PUT", "PUT", "PUT"])
    expect(await made(() => fresh.move("n/b", "n/c"))).toEqual(["POST", "POST", "DELETE"])
    // From the second time on this server, which knows no move, is not asked for one.
    expect(await made(() => fresh.move("n/c", "n/d"))).toEqual(["POST", "DELETE"])
    expect(await made(() => driver.delete(["n/a", "n/d"]))).toEqual(["DELETE", "DELETE"])
    await fresh[Symbol.asyncDispose]()
  })

  test("a write whose answer was lost is not taken for another's", async () => {
    for (const options of [{ ifAbsent: true }, { ifMatch: "" }]) {
      const etag = (await driver.stat("f/lost"))?.etag
      proxy.plan(first(1, isWrite, { reset: "after forwarding" }))
      const written = await driver.write(
        "f/lost",
        Buffer.from(`x ${etag}`),
        "ifMatch" in options ? { ifMatch: etag ?? "" } : options,
      )
      expect(await driver.stat("f/lost")).toMatchObject({ etag: written.etag })
    }
    proxy.plan(first(1, isWrite, OVERLOADED))
    expect(await codeOf(driver.write("f/lost", Buffer.from("y"), { ifAbsent: true }))).toBe(
      "PRECONDITION_FAILED",
    )
    await driver.delete("f/lost")
  })

  test("a session at Google goes on from where it says that it is", async () => {
    const asking = openBucket({ bucket: "images", endpoint: proxy.url, sessionQueries: true })
    const lost = first(1, (request) => isChunk(request) && !isQuery(request), { reset: "after forwarding" })
    proxy.plan((request) =>
      isQuery(request) ? { status: 308, headers: { range: `bytes=0-${MiB - 1}` } } : lost(request),
    )
    await upload("f/resumed", asking)
    expect(proxy.seen.filter(isChunk).map(({ headers }) => headers["content-range"])).toEqual([
      `bytes 0-${MiB - 1}/*`,
      "bytes */*",
      `bytes ${MiB}-${2 * MiB - 1}/*`,
      `bytes ${2 * MiB}-${3 * MiB - 1}/*`,
      `bytes ${3 * MiB}-${size - 1}/${size}`,
    ])
    await expectStored("f/resumed")
    await asking[Symbol.asyncDispose]()
  })

  test("a session that kept a part of a chunk gets the rest", async () => {
    const kept = 256 * 1024
    let answered = false
    proxy.plan((request) => {
      if (!isChunk(request) || answered) return undefined
      answered = true
      return { status: 308, headers: { range: `bytes=0-${kept - 1}` } }
    })
    // The server got nothing of the first chunk: what it makes of the others is noticed.
    expect(await codeOf(upload("f/part"))).toBe("UPLOAD_INVALID")
    expect(proxy.seen.filter(isChunk)[1]?.headers["content-range"]).toBe(`bytes ${kept}-${MiB - 1}/*`)
    proxy.plan(() => undefined)
    expect(await driver.stat("f/part"), "a damaged object").toBeUndefined()
  })

  test("a session that gets no further is tried again, and not for ever", async () => {
    proxy.plan(first(2, isChunk, { status: 308 }))
    await upload("f/stuck")
    expect(proxy.seen.filter(isChunk)).toHaveLength(6)
    await expectStored("f/stuck")
  })

  test("a session that has lost what it had, or is gone, fails the upload", async () => {
    for (const fault of [{ status: 308 }, { status: 404 }, { status: 410 }]) {
      proxy.plan((request) =>
        request.headers["content-range"]?.startsWith(`bytes ${MiB}-`) ? fault : undefined,
      )
      expect(await codeOf(upload("f/gone"))).toBe("UPLOAD_INVALID")
      expect(proxy.seen.at(-1)?.method).toBe("DELETE")
    }
  })

  test("an upload that is denied says so, and ends its session", async () => {
    proxy.plan((request) => (isChunk(request) ? DENIED : undefined))
    const error: unknown = await upload("f/denied").catch((error: unknown) => error)
    expect(error).toMatchObject({ code: "ACCESS_DENIED", key: "f/denied" })
    expect(String(error)).toContain("storage.objects.create")
    expect(String(error)).not.toContain("upload_id")
    expect(proxy.seen.at(-1)).toMatchObject({ method: "DELETE", url: expect.stringContaining("upload_id=") })
  })

  test("a session that was told to create only leaves what came in between, unasked", async () => {
    await using upload = await driver.createUpload("f/absent", { size, ifAbsent: true })
    await upload.append(patternedChunks(size))
    await driver.write("f/absent", Buffer.from("first"))
    proxy.seen.length = 0
    expect(await codeOf(upload.commit({ ifAbsent: true }))).toBe("PRECONDITION_FAILED")
    expect(proxy.seen.map(({ method }) => method)).not.toContain("GET")
    expect(await driver.stat("f/absent")).toMatchObject({ size: 5 })
    await driver.delete("f/absent")
  })

  test("a server that moves is asked for nothing else", async () => {
    proxy.plan((request) => (isMove(request) ? { status: 200, body: "{}" } : undefined))
    const able = openBucket({ bucket: "images", endpoint: proxy.url, rootDir: "r" })
    await able.move("a/b", "c/d")
    expect(proxy.seen.map(({ url }) => url)).toEqual([
      "/storage/v1/b/images/o/r%2Fa%2Fb/moveTo/o/r%2Fc%2Fd?fields=generation",
    ])
    await able[Symbol.asyncDispose]()
  })

  test("a move whose answer was lost has moved", async () => {
    const able = openBucket({ bucket: "images", endpoint: proxy.url })
    await able.write("f/to", Buffer.from("x"))
    proxy.plan(first(1, isMove, OVERLOADED))
    await able.move("f/from", "f/to")
    expect(await codeOf(able.move("f/from", "f/to"))).toBe("NOT_FOUND")
    await able.delete("f/to")
    await able[Symbol.asyncDispose]()
  })

  test("an upload of a stock registry in progress is no object", async () => {
    const put = await fetch(
      `${server.endpoint}/upload/storage/v1/b/images/o?uploadType=media&name=f/session`,
      {
        method: "POST",
        headers: { "content-type": "application/x-docker-upload-session" },
        body: "tail",
      },
    )
    expect(put.status).toBe(200)
    expect(await driver.stat("f/session")).toBeUndefined()
    expect(await codeOf(driver.read("f/session"))).toBe("NOT_FOUND")
    expect(await keysOf(driver, "f/")).toEqual([])
    await driver.delete("f/session")
  })

  test("a missing bucket is named, with the command that creates it", async () => {
    await using broken = openBucket({ bucket: "no-such-bucket", endpoint: proxy.url })
    for (const call of [
      () => broken.write("k", Buffer.from("x")),
      () => keysOf(broken, ""),
      () => upload("k", broken),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: "NO_SUCH_BUCKET",
        message: expect.stringContaining("gcloud storage buckets create gs://no-such-bucket"),
      })
    }
    // As Google answers reads, of which the emulator says no more than that there is nothing.
    proxy.plan(() => problem(404, "notFound", "The specified bucket does not exist."))
    expect(await codeOf(broken.stat("k"))).toBe("NO_SUCH_BUCKET")
    expect(await codeOf(broken.read("k"))).toBe("NO_SUCH_BUCKET")
  })

  test("40 MiB need little memory", async () => {
    const whole = 40 * MiB
    const small = openBucket({ bucket: "images", endpoint: server.endpoint, partSize: 4 * MiB })
    const buffered = () => process.memoryUsage().arrayBuffers
    const before = buffered()
    let peak = 0
    await using upload = await small.createUpload("f/large", { size: whole })
    await upload.append(
      (async function* () {
        for await (const chunk of patternedChunks(whole, MiB)) {
          peak = Math.max(peak, buffered())
          yield chunk
        }
      })(),
    )
    await upload.commit()
    expect(peak - before).toBeLessThan(24 * MiB)
    expect(await small.stat("f/large")).toMatchObject({ size: whole })
    await small.delete("f/large")
    await small[Symbol.asyncDispose]()
  })
})
