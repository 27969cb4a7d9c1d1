import type { ContainerClient } from "@azure/storage-blob"
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import type { StorageDriver } from "../../../src/storage/driver.ts"
import { type Azurite, startAzurite } from "../../support/azurite.ts"
import { collect, MiB, patternedBytes, patternedChunks, sha256Of } from "../../support/bytes.ts"
import { type FaultProxy, first, type SeenRequest, startFaultProxy } from "../../support/fault-proxy.ts"
import { codeOf } from "../contract/check.ts"
import { openContainer, refusal } from "./setup.ts"

const isBlock = ({ method, url }: SeenRequest) => method === "PUT" && url.includes("comp=block&")
const isCommit = ({ method, url }: SeenRequest) => method === "PUT" && url.includes("comp=blocklist")
const isPut = ({ method, url }: SeenRequest) => method === "PUT" && !url.includes("comp=")

const size = 11 * MiB

let server: Azurite
let images: ContainerClient
let proxy: FaultProxy
let driver: StorageDriver

beforeAll(async () => {
  server = await startAzurite()
  images = await server.createContainer("images")
  proxy = await startFaultProxy(server.endpoint)
  driver = await openContainer({ container: "images", endpoint: proxy.url, ...server.account })
})
afterAll(async () => {
  await driver[Symbol.asyncDispose]()
  await proxy[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})
beforeEach(() => proxy.plan(() => undefined))

const upload = async (key: string, options?: { readonly ifAbsent: boolean }) => {
  await using upload = await driver.createUpload(key, { size })
  await upload.append(patternedChunks(size))
  await upload.commit(options)
}
const expectStored = async (key: string) => {
  proxy.plan(() => undefined)
  expect(await sha256Of((await driver.read(key)).body)).toBe(await sha256Of(patternedChunks(size)))
  await driver.delete(key)
}
const methods = () => proxy.seen.map(({ method }) => method)

test("an object is written where a dead writer left blocks, and is not taken for present", async () => {
  await using dead = await driver.createUpload("held", { size })
  await dead.append(patternedChunks(size - 1))
  const blocks = () => images.getBlockBlobClient("held").getBlockList("uncommitted")
  await expect.poll(async () => (await blocks()).uncommittedBlocks?.length).toBe(1)
  await driver.write("held", patternedBytes(size), { ifAbsent: true })
  await expectStored("held")
})

test("requests are made when they are needed, and no others", async () => {
  const made = async (run: () => Promise<unknown>) => {
    proxy.plan(() => undefined)
    await run()
    return methods()
  }
  expect(await made(async () => (await driver.createUpload("n/none")).abort())).toEqual([])
  expect(await made(() => driver.write("n/a", Buffer.from("x")))).toEqual(["PUT"])
  expect(await made(() => driver.stat("n/a"))).toEqual(["HEAD"])
  expect(await made(async () => collect((await driver.read("n/a")).body))).toEqual(["GET"])
  expect(await made(() => upload("n/b"))).toEqual(["PUT", "PUT", "PUT"])
  expect(await made(() => driver.move("n/b", "n/c"))).toEqual(["PUT", "DELETE"])
  expect(await made(() => driver.delete(["n/a", "n/c"]))).toEqual(["DELETE", "DELETE"])
})

test("everything is a block blob of bytes, with its length", async () => {
  await upload("n/blocks")
  const { headers: { "content-length": length } = {} } = proxy.seen.find(isBlock) ?? {}
  expect(length).toBe(String(size / 2))
  await driver.write("n/put", Buffer.from("x"))
  for (const key of ["n/blocks", "n/put"]) {
    const { blobType, contentType } = await images.getBlobClient(key).getProperties()
    expect({ blobType, contentType }).toEqual({
      blobType: "BlockBlob",
      contentType: "application/octet-stream",
    })
  }
  await driver.delete(["n/blocks", "n/put"])
})

test("a request is tried as often as wished, and no more", async () => {
  for (const retries of [0, 2]) {
    const options = { container: "images", endpoint: proxy.url, retries, retryDelay: 1, ...server.account }
    await using driver = await openContainer(options)
    proxy.plan(() => refusal(503, "ServerBusy"))
    expect(await codeOf(driver.stat("f/busy"))).toBe("UNAVAILABLE")
    expect(proxy.seen).toHaveLength(retries + 1)
  }
})

test("a commit whose answer was lost is a commit", async () => {
  proxy.plan(first(1, isCommit, { reset: "after forwarding" }))
  await upload("f/lost")
  await expectStored("f/lost")
  proxy.plan(first(1, isCommit, { reset: "after forwarding" }))
  expect(await codeOf(upload("f/lost", { ifAbsent: true }))).toBe("PRECONDITION_FAILED")
  await expectStored("f/lost")
})

test("of two writers of one blob the slower finds it stored", async () => {
  for (const second of [size, 6 * MiB]) {
    await using slow = await driver.createUpload("f/both")
    await slow.append(patternedChunks(size))
    await using fast = await driver.createUpload("f/both")
    await fast.append(patternedChunks(second))
    await fast.commit({ ifAbsent: true })
    expect(await codeOf(slow.commit({ ifAbsent: true }))).toBe("PRECONDITION_FAILED")
    expect(await driver.stat("f/both")).toMatchObject({ size: second })
    await driver.delete("f/both")
  }
})

test("blocks that another writer's commit swept away are missed only if the blob is another one", async () => {
  await upload("f/swept")
  proxy.plan(first(1, isCommit, refusal(400, "InvalidBlockList")))
  expect(await codeOf(upload("f/swept", { ifAbsent: true }))).toBe("PRECONDITION_FAILED")
  proxy.plan(first(1, isCommit, refusal(400, "InvalidBlockList")))
  expect(await codeOf(upload("f/swept"))).toBe("UPLOAD_INVALID")
  await driver.write("f/swept", Buffer.from("another size"))
  proxy.plan(first(1, isCommit, refusal(400, "InvalidBlockList")))
  expect(await codeOf(upload("f/swept", { ifAbsent: true }))).toBe("UPLOAD_INVALID")
  await driver.delete("f/swept")
})

test("a link that registry 3.1 wrote is replaced", async () => {
  const link = async () => String(await collect((await driver.read("f/link")).body))
  const isAppend = async () => (await images.getBlobClient("f/link").getProperties()).blobType
  await server.append("images", "f/link", Buffer.from("old"))
  expect(await link()).toBe("old")

  proxy.plan(first(1, isPut, refusal(409, "InvalidBlobType")))
  expect(await codeOf(driver.write("f/link", Buffer.from("new"), { ifAbsent: true }))).toBe(
    "PRECONDITION_FAILED",
  )
  expect(methods()).toEqual(["PUT"])
  expect(await isAppend()).toBe("AppendBlob")

  proxy.plan(first(1, isPut, refusal(409, "InvalidBlobType")))
  await driver.write("f/link", Buffer.from("new"))
  expect(methods()).toEqual(["PUT", "HEAD", "DELETE", "PUT"])
  expect(proxy.seen[2]?.headers["if-match"]).toBeTruthy()
  expect(proxy.seen[3]?.headers["if-none-match"]).toBe("*")
  expect(await link()).toBe("new")
  expect(await isAppend()).toBe("BlockBlob")

  const { etag } = (await driver.stat("f/link")) ?? {}
  proxy.plan(first(1, isPut, refusal(409, "InvalidBlobType")))
  expect(await codeOf(driver.write("f/link", Buffer.from("x"), { ifMatch: '"another"' }))).toBe(
    "PRECONDITION_FAILED",
  )
  expect(await link()).toBe("new")
  proxy.plan(first(1, isPut, refusal(409, "InvalidBlobType")))
  await driver.write("f/link", Buffer.from("newer"), { ifMatch: etag ?? "" })
  expect(methods()).toEqual(["PUT", "DELETE", "PUT"])
  expect(await link()).toBe("newer")
  await driver.delete("f/link")
})

test("a layer that a registry is appending is there already", async () => {
  await server.append("images", "f/layer", Buffer.from("x"))
  const isWrite = (request: SeenRequest) => isBlock(request) || isCommit(request)
  proxy.plan((request) => (isWrite(request) ? refusal(409, "InvalidBlobType") : undefined))
  expect(await codeOf(upload("f/layer", { ifAbsent: true }))).toBe("PRECONDITION_FAILED")
  proxy.plan(() => undefined)
  await driver.delete("f/layer")
})

test("a copy that takes time is waited for", async () => {
  await driver.write("f/from", Buffer.from("x"))
  const pending = { "x-ms-copy-status": "pending", "x-ms-copy-id": "1", "x-ms-request-id": "1" }
  const headers = { ...pending, etag: '"e"' }
  const isHead = ({ method }: SeenRequest) => method === "HEAD"
  await driver.write("f/to", Buffer.from("x"))
  const started = first(1, isPut, { status: 202, headers, afterForwarding: true })
  const looked = first(1, isHead, { status: 200, headers })
  proxy.plan((request) => started(request) ?? looked(request))
  await driver.move("f/from", "f/to")
  expect(methods()).toEqual(["PUT", "HEAD", "HEAD", "DELETE"])
  await driver.delete("f/to")
})

test.each([
  ["a container that keeps versions", { "x-ms-version-id": "v1" }, "v1"],
  ["one that keeps none", {}, undefined],
])("a write tells %s", async (_, headers, version) => {
  proxy.plan(first(1, isPut, { status: 201, headers: { etag: '"e"', ...headers } }))
  expect(await driver.write("versioned", Buffer.from("x"))).toEqual({ etag: '"e"', version })
})
