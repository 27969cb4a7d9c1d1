import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import type { StorageDriver } from "../../../src/storage/driver.ts"
import { S3Bucket } from "../../../src/storage/s3/bucket.ts"
import { moveObject } from "../../../src/storage/s3/move.ts"
import { collect, MiB, patternedChunks, sha256Of } from "../../support/bytes.ts"
import { first, startFaultProxy, type FaultProxy, type SeenRequest } from "../../support/fault-proxy.ts"
import { startVersitygw, type Versitygw } from "../../support/versitygw.ts"
import { codeOf } from "../contract/check.ts"
import { describeWithVersitygw, openBucket, REGION } from "./setup.ts"

const SLOW_DOWN = {
  status: 503,
  headers: { "content-type": "application/xml" },
  body: "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>",
}
const INTERNAL = "<Error><Code>InternalError</Code><Message>We failed.</Message></Error>"

const isPart = ({ method, url }: SeenRequest) => method === "PUT" && url.includes("partNumber=")
const isPut = ({ method, url }: SeenRequest) => method === "PUT" && !url.includes("partNumber=")
const isBegin = ({ method, url }: SeenRequest) => method === "POST" && url.includes("?uploads")
const isComplete = ({ method, url }: SeenRequest) => method === "POST" && url.includes("uploadId=")
const any = () => true

describeWithVersitygw("s3 with faults in between", (program) => {
  let gateway: Versitygw
  let proxy: FaultProxy
  let driver: StorageDriver
  const size = 11 * MiB

  beforeAll(async () => {
    gateway = await startVersitygw(program)
    await gateway.createBucket("images")
    proxy = await startFaultProxy(gateway.endpoint)
    driver = openBucket({ bucket: "images", endpoint: proxy.url, ...gateway.root })
  })
  afterAll(async () => {
    await driver[Symbol.asyncDispose]()
    await proxy[Symbol.asyncDispose]()
    await gateway[Symbol.asyncDispose]()
  })
  beforeEach(() => proxy.plan(() => undefined))

  const upload = async (key: string) => {
    await using upload = await driver.createUpload(key, { size })
    await upload.append(patternedChunks(size))
    await upload.commit()
  }
  const expectStored = async (key: string) => {
    proxy.plan(() => undefined)
    expect(await sha256Of((await driver.read(key)).body)).toBe(await sha256Of(patternedChunks(size)))
    expect(await gateway.multipartUploads("images")).toEqual([])
    await driver.delete(key)
  }

  test("requests are made when they are needed, and no others", async () => {
    const made = async (run: () => Promise<unknown>) => {
      proxy.plan(() => undefined)
      await run()
      return proxy.seen.map(({ method }) => method)
    }
    expect(await made(async () => (await driver.createUpload("n/none")).abort())).toEqual([])
    expect(await made(() => driver.write("n/a", Buffer.from("x")))).toEqual(["PUT"])
    expect(await made(() => driver.stat("n/a"))).toEqual(["HEAD"])
    expect(await made(async () => collect((await driver.read("n/a")).body))).toEqual(["GET"])
    expect((await made(() => upload("n/b"))).toSorted()).toEqual(["POST", "POST", "PUT", "PUT"])
    expect(await made(() => driver.move("n/b", "n/c"))).toEqual(["HEAD", "PUT", "DELETE"])
    expect(await made(() => driver.delete(["n/a", "n/c"]))).toEqual(["POST"])
  })

  test("a store that stays unavailable is named, and nothing is left", async () => {
    const denied = { ...SLOW_DOWN, status: 403, body: SLOW_DOWN.body.replace("SlowDown", "AccessDenied") }
    proxy.plan((request) => (isPart(request) ? denied : undefined))
    await expect(upload("f/denied")).rejects.toMatchObject({ code: "ACCESS_DENIED", key: "f/denied" })
    expect(await gateway.multipartUploads("images")).toEqual([])
    proxy.plan((request) => (isBegin(request) ? denied : undefined))
    expect(await codeOf(upload("f/denied"))).toBe("ACCESS_DENIED")
  })

  test("a status of 200 with an error in its body is an error", async () => {
    for (const body of [INTERNAL, `${INTERNAL}\n`, "", "<Strange/>"]) {
      proxy.plan(first(1, isComplete, { status: 200, body }))
      await upload("f/complete")
      expect(proxy.seen.filter(isComplete)).toHaveLength(2)
      await expectStored("f/complete")
    }
  })

  test("a final error in a body of status 200 fails the upload", async () => {
    const body = "<Error><Code>InvalidPart</Code><Message>One is missing.</Message></Error>"
    proxy.plan((request) => (isComplete(request) ? { status: 200, body } : undefined))
    await expect(upload("f/invalid")).rejects.toMatchObject({ code: "UPLOAD_INVALID" })
    expect(await driver.stat("f/invalid")).toBeUndefined()
    expect(await gateway.multipartUploads("images")).toEqual([])
  })

  test("a completed upload whose answer was lost is complete", async () => {
    proxy.plan(first(1, isComplete, { reset: "after forwarding" }))
    await upload("f/lost")
    await expectStored("f/lost")
  })

  test("a copy with an error in its body is made again", async () => {
    await driver.write("f/from", Buffer.from("x"))
    proxy.plan(first(1, isPut, { status: 200, body: `${INTERNAL}\n` }))
    await driver.move("f/from", "f/to")
    expect(await driver.stat("f/to")).toBeDefined()
    await driver.delete("f/to")
  })

  test("a server without conditional writes is found out once", async () => {
    const status = 501
    const body = "<Error><Code>NotImplemented</Code><Message>A header is not implemented.</Message></Error>"
    const plan = ({ headers }: SeenRequest) => (headers["if-none-match"] ? { status, body } : undefined)
    const poor = openBucket({ bucket: "images", endpoint: proxy.url, ...gateway.root })
    proxy.plan(plan)
    await poor.write("f/a", Buffer.from("x"), { ifAbsent: true })
    expect(proxy.seen.map(({ method }) => method)).toEqual(["PUT", "HEAD", "PUT"])
    proxy.plan(plan)
    expect(await codeOf(poor.write("f/a", Buffer.from("y"), { ifAbsent: true }))).toBe("PRECONDITION_FAILED")
    expect(proxy.seen.map(({ method }) => method)).toEqual(["HEAD"])
    await poor.delete("f/a")
  })

  test("a server that deletes only one by one is found out once", async () => {
    const body = "<Error><Code>NotImplemented</Code><Message>No such request.</Message></Error>"
    proxy.plan(({ method }) => (method === "POST" ? { status: 501, body } : undefined))
    const poor = openBucket({ bucket: "images", endpoint: proxy.url, ...gateway.root })
    for (const expected of [
      ["POST", "DELETE", "DELETE"],
      ["DELETE", "DELETE"],
    ]) {
      proxy.seen.length = 0
      await poor.delete(["f/a", "f/b"])
      expect(proxy.seen.map(({ method }) => method)).toEqual(expected)
    }
  })

  test("a clock that is wrong costs one more request", async () => {
    const body = "<Error><Code>RequestTimeTooSkewed</Code><Message>The clocks differ.</Message></Error>"
    proxy.plan(first(1, any, { status: 403, body }))
    await driver.write("f/skew", Buffer.from("x"))
    proxy.plan(() => ({ status: 403, body }))
    await expect(driver.write("f/skew", Buffer.from("x"))).rejects.toMatchObject({ code: "CREDENTIALS" })
    expect(proxy.seen).toHaveLength(2)
    proxy.plan(() => undefined)
    await driver.delete("f/skew")
  })

  test("a large object is moved in parts", async () => {
    await upload("f/large")
    const options = { bucket: "images", region: REGION, endpoint: proxy.url, ...gateway.root }
    const bucket = new S3Bucket(options, 4)
    proxy.plan(first(1, isPart, SLOW_DOWN))
    await moveObject(bucket, "f/large", "f/moved", {}, { whole: 5 * MiB, part: 5 * MiB })
    expect(proxy.seen.filter(isPart)).toHaveLength(4)
    await expectStored("f/moved")
    await driver.delete("f/large")
    bucket.client.destroy()
  })

  test("a large copy that fails leaves nothing", async () => {
    await upload("f/large")
    const options = { bucket: "images", region: REGION, endpoint: proxy.url, ...gateway.root }
    const bucket = new S3Bucket(options, 4)
    proxy.plan(first(1, isPart, { status: 403, body: "<Error><Code>AccessDenied</Code></Error>" }))
    const moving = moveObject(bucket, "f/large", "f/moved", {}, { whole: 5 * MiB, part: 5 * MiB })
    expect(await codeOf(moving)).toBe("ACCESS_DENIED")
    expect(await driver.stat("f/moved")).toBeUndefined()
    await expectStored("f/large")
    bucket.client.destroy()
  })
})
