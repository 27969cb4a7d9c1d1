import { afterAll, beforeAll, expect, it } from "vitest"
import { createMemoryBudget } from "../../src/storage/budget.ts"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { createS3Driver } from "../../src/storage/s3/driver.ts"
import { MiB } from "../support/bytes.ts"
import {
  type CountedRequest,
  type CountingProxy,
  roundTripsOf,
  startCountingProxy,
} from "../support/counting-proxy.ts"
import { describeUnless, serverMissing } from "../support/interop.ts"
import { serveRegistry } from "../support/served-registry.ts"
import { findVersitygw, startVersitygw, type Versitygw } from "../support/versitygw.ts"
import { ROWS } from "./request-rows.ts"

const BUCKET = "counted"

describeUnless(await serverMissing(), "requests to S3", () => {
  let server: Versitygw
  let proxy: CountingProxy

  beforeAll(async () => {
    server = await startVersitygw((await findVersitygw()) ?? "")
    await server.createBucket(BUCKET)
    proxy = await startCountingProxy(server.endpoint)
  })
  afterAll(async () => {
    await proxy?.[Symbol.asyncDispose]()
    await server?.[Symbol.asyncDispose]()
  })

  it.each(ROWS.map((row, index) => ({ ...row, index })))("$operation: $requests", async (row) => {
    // Each row in a place of its own: none finds what another has stored.
    const driverAt = (endpoint: string): StorageDriver =>
      createS3Driver(
        { bucket: BUCKET, region: "us-east-1", endpoint, ...server.root, rootDir: `row-${row.index}` },
        { budget: createMemoryBudget(64 * MiB), concurrency: 16 },
      )
    await using direct = driverAt(server.endpoint)
    await using other = await serveRegistry(direct, { scope: "store", publish: "held" })
    await row.before?.(other)

    await using counted = driverAt(proxy.endpoint)
    await using registry = await serveRegistry(counted, { scope: "store", publish: "held" })
    await row.warm?.(registry)
    proxy.take()
    await row.run(registry)
    const requests = proxy.take()
    const list = requests.map(describeRequest).join("\n")
    expect(requests.length, list).toBeLessThanOrEqual(row.requests)
    if (row.roundTrips !== undefined) {
      expect(roundTripsOf(requests), list).toBeLessThanOrEqual(row.roundTrips)
    }
    expect([...other.errors, ...registry.errors]).toEqual([])
  })
})

function describeRequest({ method, key, query, status }: CountedRequest): string {
  return `${method} ${key}${query} ${status}`
}
