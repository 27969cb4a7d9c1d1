import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { azure } from "../support/clouds/azure.ts"
import type { CloudServer } from "../support/clouds/cloud.ts"
import { gcs } from "../support/clouds/gcs.ts"
import { describeUnless } from "../support/describe-unless.ts"
import { craneFindings, PUSH_CLIENTS } from "../support/push-clients.ts"
import { programsMissing } from "../support/programs.ts"
import { differences } from "../support/registry-client.ts"
import { serveRegistry } from "../support/served-registry.ts"
import { openSharedBucket } from "../support/shared-cloud.ts"
import { openSharedFolder } from "../support/shared-store.ts"
import { collectGarbage, startStockRegistry } from "../support/stock-registry.ts"
import { EMPTY_FILE, PUSHES, SAFER_PUSHES } from "./pushes.ts"

const ALL = [...PUSHES, EMPTY_FILE, ...SAFER_PUSHES]

/** The clouds that registry 2.8, as packaged, has no driver for, or other names: what lies there it can have as a copy. */
for (const cloud of [gcs, azure]) {
  const missing = (await programsMissing(["docker-registry", "crane", "regctl"])) ?? (await cloud.missing())
  describeUnless(missing, `a copy, in a folder, of what we push: registry 2.8, ${cloud.name}`, () => {
    let server: CloudServer
    let pushed: ReadonlyMap<string, Buffer>

    beforeAll(async () => {
      server = await cloud.start()
      await using store = await openSharedBucket(server)
      await using ours = await serveRegistry(store.driver, { scope: "store", publish: "on-put" })
      for (const push of ALL) await PUSH_CLIENTS[push.by](ours.address, push)
      pushed = await store.contents()
    })
    afterAll(() => server?.[Symbol.asyncDispose]())

    describe.each([
      { flags: "without -m", untagged: false },
      { flags: "with -m", untagged: true },
    ])("collected $flags", (options) => {
      it("is served to the last byte", async () => {
        await using folder = await openSharedFolder()
        for (const [key, bytes] of pushed) await folder.put(key, bytes)
        const { code, said } = await collectGarbage("2.8", folder.storage, options)
        expect(code, said).toBe(0)
        // With -m, 2.8 collects whatever only an index names, no matter who has pushed it.
        const kept = ALL.filter(({ content }) => !options.untagged || content.children.length === 0)
        await using stock = await startStockRegistry("2.8", folder.storage)
        for (const { name, tag, content, runs } of kept) {
          expect(await differences(stock.address, name, tag, content)).toEqual([])
          expect(runs ? await craneFindings(stock.address, name, tag) : "").toBe("")
        }
      })
    })

    it("has the keys and bytes of a push into a folder", async () => {
      await using folder = await openSharedFolder()
      await using ours = await serveRegistry(folder.driver, { scope: "store", publish: "on-put" })
      for (const push of ALL) await PUSH_CLIENTS[push.by](ours.address, push)
      expect(pushed).toEqual(await folder.contents())
    })
  })
}
