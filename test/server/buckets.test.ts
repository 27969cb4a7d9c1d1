/**
 * A server over a bucket: how it starts, and what it says when the bucket goes away.
 */
import { afterAll, beforeAll, expect, it } from "vitest"
import { digestOf } from "../../src/oci/digest.ts"
import { describeWithVersitygw } from "../storage/s3/setup.ts"
import { startServer } from "../support/server.ts"
import { startVersitygw, type Versitygw } from "../support/versitygw.ts"

describeWithVersitygw("a server over S3", (program) => {
  let gateway: Versitygw
  beforeAll(async () => {
    gateway = await startVersitygw(program)
    await gateway.createBucket("images")
  })
  afterAll(() => gateway[Symbol.asyncDispose]())

  const settings = (bucket: string, { endpoint, root }: Versitygw = gateway): Record<string, unknown> => ({
    "storage.type": "s3",
    "storage.bucket": bucket,
    "storage.endpoint": endpoint,
    "storage.access_key": root.accessKey,
    "storage.secret_key": root.secretKey,
  })

  it("stores and serves, and its secrets are not logged", async () => {
    await using test = await startServer(settings("images"))
    const blob = Buffer.from("in a bucket")
    const path = `/v2/a/blobs/uploads/?digest=${digestOf(blob)}`
    expect((await fetch(`${test.url}${path}`, { method: "POST", body: blob })).status).toBe(201)
    expect(await (await fetch(`${test.url}/v2/a/blobs/${digestOf(blob)}`)).text()).toBe("in a bucket")
    expect(JSON.stringify(test.logged)).not.toContain(gateway.root.secretKey)
  })

  it("does not start without the bucket", async () => {
    await expect(startServer(settings("nothing"))).rejects.toMatchObject({ code: "NO_SUCH_BUCKET" })
  })

  it("is not ready when the bucket is gone, and says why in its log only", async () => {
    const passing = await startVersitygw(program)
    await passing.createBucket("images")
    await using test = await startServer(settings("images", passing))
    expect((await fetch(`${test.url}/readyz`)).status).toBe(200)
    await passing[Symbol.asyncDispose]()
    await expect.poll(async () => (await fetch(`${test.url}/readyz`)).status, { timeout: 20_000 }).toBe(503)
    expect((await fetch(`${test.url}/healthz`)).status).toBe(200)
    expect(await (await fetch(`${test.url}/readyz`)).json()).toEqual({ status: "unavailable" })
    expect(test.logged.filter(({ msg }) => msg === "the store cannot be reached")).toHaveLength(1)
  })
})
