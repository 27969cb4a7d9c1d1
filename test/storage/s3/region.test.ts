import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest"
import { resolveRegion } from "../../../src/storage/s3/region.ts"
import { startFaultProxy, type FaultProxy } from "../../support/fault-proxy.ts"

describe("s3 region", () => {
  let folder: string
  let server: FaultProxy

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "oci-store-region-"))
    await writeFile(path.join(folder, "config"), "[profile paris]\nregion = eu-west-3\n")
    await writeFile(path.join(folder, "credentials"), "")
    server = await startFaultProxy()
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })
  beforeEach(() => {
    for (const name of ["AWS_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) {
      vi.stubEnv(name, undefined)
    }
    vi.stubEnv("AWS_CONFIG_FILE", path.join(folder, "config"))
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", path.join(folder, "credentials"))
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true")
    // The SDK's own variable for another server: it stands in for AWS.
    vi.stubEnv("AWS_ENDPOINT_URL_S3", server.url)
    server.plan(() => ({ status: 403, headers: { "x-amz-bucket-region": "ap-south-1" } }))
  })
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  const bucket = "images"
  const keys = { accessKey: "a", secretKey: "b" }

  test("the one given counts first, then the environment's, then the profile's", async () => {
    expect(await resolveRegion({ bucket, profile: "paris" })).toBe("eu-west-3")
    vi.stubEnv("AWS_REGION", "eu-west-2")
    expect(await resolveRegion({ bucket, profile: "paris" })).toBe("eu-west-2")
    expect(await resolveRegion({ bucket, region: "eu-west-1" })).toBe("eu-west-1")
    expect(server.seen).toEqual([])
  })

  test("a server of one's own needs none", async () => {
    expect(await resolveRegion({ bucket, endpoint: server.url, ...keys })).toBe("us-east-1")
    expect(server.seen).toEqual([])
  })

  test("the bucket is asked once, and a refusal answers too", async () => {
    for (const status of [200, 301, 400, 403]) {
      server.plan(() => ({ status, headers: { "x-amz-bucket-region": "ap-south-1" } }))
      expect(await resolveRegion({ bucket, ...keys })).toBe("ap-south-1")
      expect(server.seen).toMatchObject([{ method: "HEAD" }])
    }
    expect(await resolveRegion({ bucket, anonymous: true })).toBe("ap-south-1")
  })

  test("a bucket that does not exist is said to be missing", async () => {
    server.plan(() => ({ status: 404 }))
    await expect(resolveRegion({ bucket, ...keys })).rejects.toMatchObject({ code: "NO_SUCH_BUCKET" })
  })

  test("without credentials nobody is asked", async () => {
    await expect(resolveRegion({ bucket })).rejects.toMatchObject({
      name: "MissingOptionError",
      option: "region",
      message: expect.stringMatching(/requires region.*--region.*AWS_REGION/),
    })
    expect(server.seen).toEqual([])
  })
})
