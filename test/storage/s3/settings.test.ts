import { HeadObjectCommand } from "@aws-sdk/client-s3"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { StorageDriver } from "../../../src/storage/driver.ts"
import { createClient, type ClientOptions } from "../../../src/storage/s3/client.ts"
import type { S3DriverOptions } from "../../../src/storage/s3/options.ts"
import { MiB, patternedChunks } from "../../support/bytes.ts"
import { type FaultProxy, type SeenRequest, startFaultProxy } from "../../support/fault-proxy.ts"
import { answersOfS3 } from "../../support/recording-s3.ts"
import { openBucket, REGION } from "./setup.ts"

const KEYS = { accessKey: "AKIDEXAMPLE", secretKey: "secret" }

const SETTING = /^x-amz-(?:storage-class|acl|server-side-encryption.*)$/

describe("s3 settings on the wire", () => {
  let server: FaultProxy

  beforeAll(async () => {
    server = await startFaultProxy()
  })
  afterAll(() => server[Symbol.asyncDispose]())
  beforeEach(() => server.plan(answersOfS3(12 * MiB)))

  const open = (options: Partial<S3DriverOptions> = {}) =>
    openBucket({ bucket: "images", endpoint: server.url, ...KEYS, ...options })
  const upload = async (driver: StorageDriver, size: number) => {
    await using upload = await driver.createUpload("k", { size })
    await upload.append(patternedChunks(size))
    await upload.commit()
  }
  const find = (name: string, matches: (request: SeenRequest) => boolean) => {
    const request = server.seen.find(matches)
    if (!request) throw new Error(`There was no ${name}.`)
    return request
  }
  test.each([
    ["a bucket that keeps versions", { "x-amz-version-id": "v1" }, "v1"],
    ["one that has stopped to", { "x-amz-version-id": "null" }, undefined],
    ["one that never has", {}, undefined],
  ])("a write tells %s", async (_, headers, version) => {
    server.plan(() => ({ status: 200, headers: { etag: '"e"', ...headers } }))
    expect(await open().write("k", Buffer.from("x"))).toEqual({ etag: '"e"', version })
  })

  const settingsOf = ({ headers }: SeenRequest) =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => SETTING.test(name)))

  /** Every request that makes an object, in one go: a small one, one in parts, a copy, a copy in parts. */
  const made = async (options: Partial<S3DriverOptions>) => {
    await using driver = open(options)
    await driver.write("k", Buffer.from("x"))
    const put = find("PutObject", ({ method }) => method === "PUT")
    await upload(driver, 12 * MiB)
    const begin = find("CreateMultipartUpload", ({ url }) => url.includes("uploads"))
    const part = find("UploadPart", ({ url }) => url.includes("partNumber=1"))
    await driver.move("a", "b")
    const copy = find("CopyObject", ({ headers }) => "x-amz-copy-source" in headers)
    server.seen.length = 0
    await using parting = open({ ...options, copyThreshold: 5 * MiB, copyPartSize: 5 * MiB })
    await parting.move("a", "b")
    const beginCopy = find("CreateMultipartUpload", ({ url }) => url.includes("uploads"))
    const copiedParts = server.seen.filter(({ headers }) => "x-amz-copy-source-range" in headers)
    return { making: [put, begin, copy, beginCopy], part, copiedParts }
  }

  test.for<[Partial<S3DriverOptions>, Record<string, string>]>([
    [{}, {}],
    [{ storageClass: "NONE" }, {}],
    [{ storageClass: "STANDARD" }, { "x-amz-storage-class": "STANDARD" }],
    [{ storageClass: "REDUCED_REDUNDANCY" }, { "x-amz-storage-class": "REDUCED_REDUNDANCY" }],
    [{ acl: "bucket-owner-full-control" }, { "x-amz-acl": "bucket-owner-full-control" }],
    [{ encrypt: false }, {}],
    [{ encrypt: true }, { "x-amz-server-side-encryption": "AES256" }],
    [
      { kmsKeyId: "alias/images" },
      {
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": "alias/images",
      },
    ],
    [
      { encrypt: true, kmsKeyId: "alias/images" },
      {
        "x-amz-server-side-encryption": "aws:kms",
        "x-amz-server-side-encryption-aws-kms-key-id": "alias/images",
      },
    ],
  ])("%j is said of every object that is made, and of no part", async ([options, headers]) => {
    const { making, part, copiedParts } = await made(options)
    for (const request of making) expect(settingsOf(request)).toEqual(headers)
    for (const request of [part, ...copiedParts]) expect(settingsOf(request)).toEqual({})
  })

  test("settings are part of what is signed", async () => {
    const { making } = await made({ storageClass: "STANDARD_IA", encrypt: true })
    for (const { headers } of making) {
      expect(headers.authorization).toMatch(/x-amz-server-side-encryption;.*x-amz-storage-class/)
    }
  })

  test("objects beyond the threshold are copied in parts of the size wished", async () => {
    const { copiedParts } = await made({})
    expect(new Set(copiedParts.map(({ headers }) => headers["x-amz-copy-source-range"]))).toEqual(
      new Set(["bytes=0-5242879", "bytes=5242880-10485759", "bytes=10485760-12582911"]),
    )
  })

  test.for([
    [5, [6, 6]],
    [6, [6, 6]],
    [7, [12]],
  ] as const)("with parts of %d MiB, 12 MiB are sent in parts of %j", async ([partSize, sizes]) => {
    await using driver = open({ partSize: partSize * MiB })
    await upload(driver, 12 * MiB)
    const bodies = server.seen.filter(({ method }) => method === "PUT")
    expect(bodies.map(({ headers }) => Number(headers["content-length"]) / MiB)).toEqual(sizes)
  })

  test("a user agent is added to the SDK's own", async () => {
    await using driver = open({ userAgent: "nightly-build/7.1" })
    await driver.stat("k")
    expect(server.seen[0]?.headers["user-agent"]).toMatch(/aws-sdk-js.* nightly-build\/7\.1/)
  })
})

/** Where a client would send a request about an object, which it is kept from. */
async function hostOf(options: Partial<ClientOptions>): Promise<string> {
  const client = createClient({ region: REGION, ...KEYS, ...options }, 1)
  let hostname = ""
  client.config.requestHandler.handle = (request) => {
    ;({ hostname } = request)
    return Promise.reject(new Error("kept back"))
  }
  await expect(client.send(new HeadObjectCommand({ Bucket: "images", Key: "k" }))).rejects.toThrow(
    "kept back",
  )
  return hostname
}

test.for<[Partial<ClientOptions>, string]>([
  [{}, "images.s3.us-east-1.amazonaws.com"],
  [{ pathStyle: true }, "s3.us-east-1.amazonaws.com"],
  [{ accelerate: true }, "images.s3-accelerate.amazonaws.com"],
  [{ accelerate: true, dualStack: true }, "images.s3-accelerate.dualstack.amazonaws.com"],
  [{ dualStack: true }, "images.s3.dualstack.us-east-1.amazonaws.com"],
  [{ fips: true }, "images.s3-fips.us-east-1.amazonaws.com"],
  [{ fips: true, dualStack: true }, "images.s3-fips.dualstack.us-east-1.amazonaws.com"],
])("%j asks %s", async ([options, host]) => {
  expect(await hostOf(options)).toBe(host)
})
