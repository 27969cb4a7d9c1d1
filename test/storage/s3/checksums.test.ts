import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest"
import { S3Bucket } from "../../../src/storage/s3/bucket.ts"
import { moveObject } from "../../../src/storage/s3/move.ts"
import { MiB, patternedChunks, sha256Of } from "../../support/bytes.ts"
import { startFaultProxy, type FaultProxy } from "../../support/fault-proxy.ts"
import { startVersitygw, type Versitygw } from "../../support/versitygw.ts"
import { describeWithVersitygw, openBucket, REGION } from "./setup.ts"

describeWithVersitygw("s3 as on AWS", (program) => {
  let gateway: Versitygw
  let proxy: FaultProxy

  beforeAll(async () => {
    gateway = await startVersitygw(program)
    await gateway.createBucket("images")
    proxy = await startFaultProxy(gateway.endpoint)
  })
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]()
    await gateway[Symbol.asyncDispose]()
  })
  // The SDK's own variable for another server, which the driver knows nothing of: it takes it for AWS.
  beforeEach(() => void vi.stubEnv("AWS_ENDPOINT_URL_S3", proxy.url))
  afterEach(() => void vi.unstubAllEnvs())

  test("parts carry checksums, which the store confirms", async () => {
    await using driver = openBucket({ bucket: "images", pathStyle: true, ...gateway.root })
    const size = 11 * MiB
    await using upload = await driver.createUpload("k", { size })
    await upload.append(patternedChunks(size))
    await upload.commit()

    const [begin, ...rest] = proxy.seen
    expect(begin?.headers["x-amz-checksum-algorithm"]).toBe("CRC32")
    const parts = rest.filter(({ method }) => method === "PUT")
    expect(parts).toHaveLength(2)
    for (const { headers } of parts) {
      expect(headers["x-amz-checksum-crc32"]).toBeTruthy()
      expect(headers).not.toHaveProperty("transfer-encoding")
    }
    expect(await sha256Of((await driver.read("k")).body)).toBe(await sha256Of(patternedChunks(size)))
  })

  test("a copy in parts needs none", async () => {
    const options = { bucket: "images", region: REGION, pathStyle: true, ...gateway.root }
    const bucket = new S3Bucket(options, 4)
    await moveObject(bucket, "k", "moved", {}, { whole: 5 * MiB, part: 6 * MiB })
    await using driver = openBucket(options)
    expect(await driver.stat("moved")).toMatchObject({ size: 11 * MiB })
    bucket.client.destroy()
  })
})
