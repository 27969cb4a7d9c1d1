import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { createS3Driver } from "../../../src/storage/s3/driver.ts"
import type { S3DriverOptions } from "../../../src/storage/s3/options.ts"
import { createMemoryBudget } from "../../../src/storage/budget.ts"
import { MiB, patternedChunks } from "../../support/bytes.ts"
import { startFaultProxy, type FaultProxy } from "../../support/fault-proxy.ts"
import { codeOf, keysOf } from "../contract/check.ts"
import { REGION } from "./setup.ts"

const KEYS = { accessKey: "AKIDEXAMPLE", secretKey: "secret" }

describe("s3 on the wire", () => {
  let server: FaultProxy

  beforeAll(async () => {
    server = await startFaultProxy()
  })
  afterAll(() => server[Symbol.asyncDispose]())
  beforeEach(() => server.plan(() => ({ status: 200, headers: { etag: '"e"' } })))

  const put = async (options: Partial<S3DriverOptions>, bytes = 1) => {
    const all = { bucket: "images", region: REGION, endpoint: server.url, ...options }
    await using driver = createS3Driver(all, { budget: createMemoryBudget(64 * MiB), concurrency: 2 })
    await using upload = await driver.createUpload("a/b", { size: bytes })
    await upload.append(patternedChunks(bytes))
    await upload.commit()
    const request = server.seen.at(-1)
    if (!request) throw new Error("Nothing was sent.")
    return request
  }

  test("an anonymous request carries no signature and no trace of credentials", async () => {
    const { headers } = await put({ anonymous: true })
    expect(headers).not.toHaveProperty("authorization")
    expect(headers).not.toHaveProperty("x-amz-date")
    expect(JSON.stringify(headers)).not.toMatch(/signature|credential/i)
  })

  test("keys sign, a session token goes along", async () => {
    const { headers } = await put({ ...KEYS, sessionToken: "token" })
    expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\//)
    expect(headers["x-amz-security-token"]).toBe("token")
  })

  test.each([1000, 3 * MiB])("over plain HTTP a body of %d bytes is signed by its hash", async (bytes) => {
    const { headers } = await put(KEYS, bytes)
    expect(headers["x-amz-content-sha256"]).toMatch(/^[0-9a-f]{64}$/)
    expect(headers.authorization).toContain("x-amz-content-sha256")
  })

  test("a body is sent plain, with its length, and at once", async () => {
    const { headers } = await put(KEYS, 3 * MiB)
    expect(headers["content-length"]).toBe(String(3 * MiB))
    expect(headers["content-type"]).toBe("application/octet-stream")
    for (const name of [
      "transfer-encoding",
      "content-encoding",
      "expect",
      "x-amz-trailer",
      "x-amz-checksum-crc32",
    ]) {
      expect(headers).not.toHaveProperty(name)
    }
  })

  test.for<[Partial<S3DriverOptions>, string]>([
    [{}, "/images/a/b"],
    [{ rootDir: "/" }, "/images/a/b"],
    [{ rootDir: "team/images" }, "/images/team/images/a/b"],
    [{ rootDir: "/team/images//" }, "/images/team/images/a/b"],
  ])("%j puts the object at %s", async ([options, url]) => {
    const request = await put({ ...KEYS, ...options })
    expect(request.url.replace(/\?.*/, "")).toBe(url)
  })

  test("an endpoint on this machine needs no scheme", async () => {
    expect((await put({ ...KEYS, endpoint: server.host })).method).toBe("PUT")
  })

  test("the bucket is in the host name on request", async () => {
    const endpoint = server.url.replace("127.0.0.1", "localhost")
    // Not every resolver knows names below localhost: then the failure tells what was asked for.
    const host = await put({ ...KEYS, endpoint, pathStyle: false }).then(
      ({ headers }) => headers.host,
      (error: { cause?: { hostname?: string } }) => error.cause?.hostname,
    )
    expect(host).toMatch(/^images\.localhost/)
  })

  test("a bucket in another region is named with its region", async () => {
    const headers = { "x-amz-bucket-region": "eu-west-1" }
    for (const status of [301, 400]) {
      server.plan(() => ({ status, headers }))
      await expect(put(KEYS)).rejects.toMatchObject({
        code: "WRONG_REGION",
        message: expect.stringContaining("--region eu-west-1"),
      })
    }
    const body =
      "<Error><Code>AuthorizationHeaderMalformed</Code><Message>m</Message><Region>eu-west-2</Region></Error>"
    server.plan(() => ({ status: 400, body }))
    await expect(put(KEYS)).rejects.toThrow("--region eu-west-2")
  })

  test("no message shows a secret", async () => {
    const secret = { ...KEYS, secretKey: "very-secret", sessionToken: "also-secret" }
    server.plan(() => ({ status: 403, body: "<Error><Code>SignatureDoesNotMatch</Code></Error>" }))
    const error: unknown = await put(secret).catch((error: unknown) => error)
    expect(String(error)).toContain("credentials")
    expect(String(error)).not.toMatch(/very-secret|also-secret/)
  })

  test("a listing is one order of objects and folded entries, over all pages", async () => {
    const object = (key: string) => `<Contents><Key>r/${key}</Key><Size>1</Size></Contents>`
    const folded = (key: string) => `<CommonPrefixes><Prefix>r/${key}</Prefix></CommonPrefixes>`
    const page = (more: string, ...entries: string[]) => ({
      status: 200,
      body: `<ListBucketResult>${more}${entries.join("")}</ListBucketResult>`,
    })
    const more = "<IsTruncated>true</IsTruncated><NextContinuationToken>next</NextContinuationToken>"
    const last = "<IsTruncated>false</IsTruncated>"
    server.plan(({ url }) =>
      url.includes("continuation-token=next")
        ? page(last, object("d"), object("e/"), folded("f/"))
        : page(more, object("a.b"), object("c"), folded("a/"), folded("b/")),
    )
    const options = { bucket: "images", region: REGION, endpoint: server.url, ...KEYS, rootDir: "r" }
    await using driver = createS3Driver(options, { budget: createMemoryBudget(MiB), concurrency: 2 })
    expect(await keysOf(driver, "", { delimiter: "/" })).toEqual(["a.b", "a/", "b/", "c", "d", "f/"])
    // Some stores fold what comes after `a/` into it once more.
    expect(await keysOf(driver, "", { delimiter: "/", startAfter: "a/" })).toEqual(["b/", "c", "d", "f/"])
    expect(server.seen.at(-1)?.url).toContain("start-after=r%2Fa%2F")
  })

  test("a server that never ends a listing is no store", async () => {
    const body = "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"
    const options = { bucket: "images", region: REGION, endpoint: server.url, ...KEYS }
    await using driver = createS3Driver(options, { budget: createMemoryBudget(MiB), concurrency: 2 })
    for (const answer of [body, "", "<html><p>Hello</html>"]) {
      server.plan(() => ({ status: 200, body: answer }))
      expect(await codeOf(keysOf(driver, ""))).toBe("NOT_A_STORE")
    }
  })
})
