import { afterAll, beforeAll, expect, test } from "vitest"
import { createMemoryBudget } from "../../../src/storage/budget.ts"
import { openS3 } from "../../../src/storage/s3/open.ts"
import { chunksOf, collect, MiB, patternedChunks } from "../../support/bytes.ts"
import { startVersitygw, type Credentials, type Versitygw } from "../../support/versitygw.ts"
import { codeOf, keysOf } from "../contract/check.ts"
import { describeWithVersitygw, openBucket } from "./setup.ts"

describeWithVersitygw("s3 permissions", (program) => {
  let gateway: Versitygw
  let restricted: Credentials

  beforeAll(async () => {
    gateway = await startVersitygw(program)
    for (const bucket of ["images", "public", "private"]) await gateway.createBucket(bucket)
    restricted = await gateway.createRestrictedUser("images")
    await gateway.makePublic("public")
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  const open = (bucket: string, credentials: object) =>
    openBucket({ bucket, endpoint: gateway.endpoint, ...credentials })

  test("get, put and list are enough for push and pull", async () => {
    await using driver = open("images", restricted)
    expect(await driver.stat("r/absent")).toBeUndefined()
    await driver.write("r/link", Buffer.from("x"), { ifAbsent: true })
    for (const size of [0, MiB, 11 * MiB]) {
      await using upload = await driver.createUpload(`r/blob-${size}`, { size })
      await upload.append(patternedChunks(size))
      await upload.commit()
      expect((await collect((await driver.read(`r/blob-${size}`)).body)).length).toBe(size)
    }
    expect(await keysOf(driver, "r/")).toEqual(["r/blob-0", "r/blob-1048576", "r/blob-11534336", "r/link"])
    expect(await codeOf(driver.delete("r/link"))).toBe("ACCESS_DENIED")
  })

  test("an upload whose abort is denied ends with the first error", async () => {
    await using driver = open("images", restricted)
    await using upload = await driver.createUpload("r/denied-abort")
    await upload.append(patternedChunks(6 * MiB))
    await expect(upload.append(failing())).rejects.toThrow("the client left")
    await expect(upload.commit()).rejects.toThrow("the client left")
    expect(await gateway.multipartUploads("images")).toEqual(["r/denied-abort"])

    await using root = open("images", gateway.root)
    const stale = root.staleUploads?.("r/", new Date(Date.now() + 60_000)) ?? []
    for await (const { key, abort } of stale) {
      expect(key).toBe("r/denied-abort")
      await abort()
    }
    expect(await gateway.multipartUploads("images")).toEqual([])
  })

  test("recent uploads are not stale", async () => {
    await using driver = open("images", gateway.root)
    const upload = await driver.createUpload("r/recent")
    await upload.append(patternedChunks(6 * MiB))
    const found = []
    for await (const stale of driver.staleUploads?.("r/", new Date(Date.now() - 60_000)) ?? [])
      found.push(stale)
    expect(found).toEqual([])
    await upload.abort()
  })

  test("a public bucket is read without credentials", async () => {
    await using owner = open("public", gateway.root)
    await owner.write("k", Buffer.from("for all"))
    await using driver = open("public", { anonymous: true })
    expect(String(await collect((await driver.read("k")).body))).toBe("for all")
    expect(await codeOf(driver.write("k", Buffer.from("x")))).toBe("ACCESS_DENIED")
    expect(await codeOf(open("private", { anonymous: true }).read("k"))).toBe("ACCESS_DENIED")
  })

  test("wrong keys are a matter of credentials", async () => {
    await using unknown = open("images", { accessKey: "nobody", secretKey: "x" })
    await using wrong = open("images", { ...gateway.root, secretKey: "wrong" })
    for (const driver of [unknown, wrong]) {
      expect(await codeOf(driver.read("k"))).toBe("CREDENTIALS")
      await expect(driver.write("k", Buffer.from("x"))).rejects.toThrow(/check access key and secret key/)
    }
  })

  test("a missing bucket is named, with the command that makes it", async () => {
    await using driver = open("no-such-bucket", gateway.root)
    expect(await codeOf(driver.read("k"))).toBe("NO_SUCH_BUCKET")
    expect(await codeOf(keysOf(driver, ""))).toBe("NO_SUCH_BUCKET")
    await expect(driver.write("k", Buffer.from("x"))).rejects.toThrow(
      `aws s3 mb s3://no-such-bucket --endpoint-url ${gateway.endpoint}`,
    )
  })

  test("settings by name open a bucket", async () => {
    const values = {
      endpoint: gateway.endpoint,
      "access-key": gateway.root.accessKey,
      "secret-key": gateway.root.secretKey,
      "root-dir": "/named/",
    }
    const shared = { budget: createMemoryBudget(MiB), concurrency: 2 }
    await using driver = await openS3("private", values, shared)
    await using upload = await driver.createUpload("k")
    await upload.append(chunksOf("x"))
    await upload.commit()
    expect(await keysOf(open("private", gateway.root), "")).toEqual(["named/k"])
  })
})

// eslint-disable-next-line require-yield -- a source may fail before its first byte
async function* failing(): AsyncGenerator<Uint8Array> {
  throw new Error("the client left")
}
