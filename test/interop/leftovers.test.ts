import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { describePairs, useBench } from "../support/interop.ts"
import { type Content, image, layerOf } from "../support/oci-content.ts"
import { PUSH_CLIENTS } from "../support/push-clients.ts"
import { call, differences, pushContent } from "../support/registry-client.ts"
import { serveRegistry, type ServeOptions } from "../support/served-registry.ts"
import { collectGarbage } from "../support/stock-registry.ts"
import { type Leftover, LEFTOVERS, NAME, TAG } from "./leftovers.ts"

const OPTIONS: ServeOptions = { scope: "repository", publish: "on-put" }
/** In the same store: what is left of the other must not harm it. */
const healthy = image([layerOf("a healthy neighbour")])

await describePairs("what a killed process leaves", (pair) => {
  const bench = useBench(pair, OPTIONS)
  /** What a push leaves that was not killed. */
  const whole = new Map<Content, ReadonlyMap<string, Buffer>>()

  beforeAll(async () => {
    const { ours, store } = bench()
    const contents = new Set(LEFTOVERS.map(({ content }) => content))
    for (const content of [healthy, ...contents]) {
      await pushContent(ours.address, content === healthy ? "healthy" : NAME, TAG, content)
      whole.set(content, await store.contents())
      await store.clear()
    }
  })

  describe.each(LEFTOVERS)("$what", ({ content, keeps, adds = [], needsForce, stops28, answers }) => {
    // Put together, not deleted from: a process that was killed has not made the directories of what it did not get to.
    beforeEach(async () => {
      const { store } = bench()
      const left = [...(whole.get(content) ?? [])].filter(([key]) => keeps(key))
      const added = adds.map(([key, text]) => [key, Buffer.from(text)] as const)
      const objects = [...(whole.get(healthy) ?? []), ...left, ...added]
      await Promise.all(objects.map(([key, bytes]) => store.put(key, bytes)))
    })
    afterEach(() => bench().store.clear())

    it("is answered for", async () => {
      // By a registry that remembers nothing of the push.
      await using ours = await serveRegistry(bench().store.driver, OPTIONS)
      expect(await answersFor(ours.address, content)).toEqual(answers)
      expect(ours.errors).toEqual([])
    })

    it.each([
      { flags: "without -m", untagged: false },
      { flags: "with -m", untagged: true },
    ])("stops neither the collector $flags nor a second push", async (options) => {
      const stops = stops28 && pair.version === "2.8" && options.untagged
      const { stock, store } = bench()
      const { code, said } = await collectGarbage(pair.version, store.storage, options)
      expect(code, said).toBe(stops ? 1 : 0)
      expect(await differences(stock.address, "healthy", TAG, healthy)).toEqual([])
      await using ours = await serveRegistry(store.driver, {
        scope: "store",
        publish: "on-put",
        rewrite: needsForce ?? false,
      })
      await PUSH_CLIENTS.crane(ours.address, { name: NAME, tag: TAG, content })
      expect(await differences(stock.address, NAME, TAG, content)).toEqual([])
      expect(ours.errors).toEqual([])
    })
  })
})

async function answersFor(address: string, { blobs, root }: Content): Promise<Leftover["answers"]> {
  const repository = `http://${address}/v2/${NAME}`
  const statusOf = async (path: string): Promise<number> => (await call(`${repository}/${path}`)).status
  const list = (await call(`${repository}/tags/list`)).bytes.toString()
  return {
    tag: await statusOf(`manifests/${TAG}`),
    manifest: await statusOf(`manifests/${root.digest}`),
    blob: await statusOf(`blobs/${[...blobs.keys()].at(-1)}`),
    listed: (JSON.parse(list) as { tags?: readonly string[] }).tags?.includes(TAG) ?? false,
  }
}
