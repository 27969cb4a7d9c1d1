import { beforeAll, expect, it } from "vitest"
import type { RepositoryName } from "../../src/oci/reference.ts"
import { layersRoot } from "../../src/registry/layout.ts"
import { createMemoryBudget } from "../../src/storage/budget.ts"
import { prune } from "../../src/upkeep/prune.ts"
import { verify } from "../../src/upkeep/verify.ts"
import { MiB } from "../support/bytes.ts"
import { describePairs, useBench } from "../support/interop.ts"
import { PUSH_CLIENTS } from "../support/push-clients.ts"
import { call, differences, expectStatus } from "../support/registry-client.ts"
import { APP, SAFER_PUSHES, stockPushes } from "./pushes.ts"

await describePairs("a stock registry's store is looked after", (pair) => {
  const pushes = [...stockPushes(pair), ...SAFER_PUSHES]
  const bench = useBench(pair, { scope: "repository", publish: "on-put" })
  beforeAll(() =>
    bench().pushToStock(async (address) => {
      for (const push of pushes) await PUSH_CLIENTS[push.by](address, push)
    }),
  )

  it.each([{ quick: false }, { quick: true }])("which is found whole: %j", async ({ quick }) => {
    const { driver, contents } = bench().store
    const { tags, damage } = await verify({ driver, budget: createMemoryBudget(16 * MiB), scope: {}, quick })
    // Of an index of nothing a stock registry writes no layer link, which its own collector would need.
    expect(damage.map(({ level, key }) => ({ level, key }))).toEqual([
      { level: "warning", key: layersRoot("nothing" as RepositoryName) },
    ])
    expect(tags).toBe([...(await contents()).keys()].filter((key) => key.endsWith("/current/link")).length)
  })

  it("and rid of what it has only begun to upload", async () => {
    const { stock, store } = bench()
    const before = [...(await store.contents()).keys()]
    await expectStatus(202, call(`http://${stock.address}/v2/app/blobs/uploads/`, { method: "POST" }))
    const olderThan = new Date(Date.now() + 60_000)
    const { leftovers, denied } = await prune({ driver: store.driver, olderThan, remove: true })
    expect(leftovers.map(({ kind }) => kind)).toContain("session")
    expect(denied).toBeUndefined()
    expect([...(await store.contents()).keys()].toSorted()).toEqual(before.toSorted())
    expect(await store.unfinishedUploads()).toEqual([])
    expect(await differences(stock.address, "app", "v1", APP)).toEqual([])
  })
})
