import { afterAll, beforeAll, expect, it } from "vitest"
import type { CloudServer } from "../support/clouds/cloud.ts"
import { CLOUDS } from "../support/clouds/clouds.ts"
import {
  type CountedRequest,
  type CountingProxy,
  roundTripsOf,
  startCountingProxy,
} from "../support/counting-proxy.ts"
import { describeUnless } from "../support/describe-unless.ts"
import { serveRegistry } from "../support/served-registry.ts"
import { ROWS } from "./request-rows.ts"

const BUCKET = "counted"

for (const cloud of CLOUDS) {
  describeUnless(await cloud.missing(), `requests to ${cloud.name}`, () => {
    let server: CloudServer
    let proxy: CountingProxy

    beforeAll(async () => {
      server = await cloud.start()
      await server.createBucket(BUCKET)
      proxy = await startCountingProxy(server.endpoint)
    })
    afterAll(async () => {
      await proxy?.[Symbol.asyncDispose]()
      await server?.[Symbol.asyncDispose]()
    })

    const rows = ROWS.map((row, index) => {
      return { ...row, index, requests: row.except?.[cloud.name] ?? row.requests }
    })
    it.each(rows)("$operation: $requests", async (row) => {
      // Each row in a place of its own: none finds what another has stored.
      const place = { bucket: BUCKET, rootDir: `row-${row.index}` }
      await using direct = await server.openDriver(place)
      await using other = await serveRegistry(direct, { scope: "store", publish: "held" })
      await row.before?.(other)

      await using counted = await server.openDriver(place, proxy.endpoint)
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
}

function describeRequest({ method, path, status }: CountedRequest): string {
  return `${method} ${path} ${status}`
}
