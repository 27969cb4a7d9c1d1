import { describe, expect, it } from "vitest"
import { hexOf } from "../../src/oci/digest.ts"
import { type Bench, describePairs, openBench, type Pair } from "../support/interop.ts"
import { type Content, digestsOf, image, layerOf, multiPlatform } from "../support/oci-content.ts"
import { craneFindings, PUSH_CLIENTS } from "../support/push-clients.ts"
import { deleteManifest, differences, manifestStatus, pushContent } from "../support/registry-client.ts"
import type { SharedStore } from "../support/shared-store.ts"
import { collectGarbage } from "../support/stock-registry.ts"
import { EMPTY_FILE, PUSHES, SAFER_PUSHES } from "./pushes.ts"

const base = layerOf("what deleted and kept images share")

const OUR_PUSHES = [...PUSHES, EMPTY_FILE, ...SAFER_PUSHES]
/** Pushed by the stock registry: to a repository that we push to as well, and to one of its own. */
const THEIR_PUSHES = [
  { name: "app", tag: "theirs", content: image([base, layerOf("an app of theirs")]), runs: true },
  { name: "theirs", tag: "v1", content: image([base, layerOf("another of theirs")]), runs: true },
]
const untagged = image([layerOf("without a tag")])
const ourDeleted = [image([base, layerOf("deleted")]), multiPlatform("deleted")]
const theirDeleted = [image([base, layerOf("deleted of theirs")]), multiPlatform("deleted of theirs")]

await describePairs("a stock registry's collector, in a store of both", (pair) => {
  describe.each([
    { flags: "without -m", untagged: false },
    { flags: "with -m", untagged: true },
  ])("$flags", (options) => {
    it("keeps what is tagged, and leaves nothing of what was deleted", async () => {
      await using bench = await openBench(pair, { scope: "store", publish: "on-put" })
      await fill(bench)
      const { code, said } = await collectGarbage(pair.version, bench.store.storage, options)
      expect(code, said).toBe(0)

      for (const { name, tag, content, runs } of [...OUR_PUSHES, ...THEIR_PUSHES]) {
        // With -m, 2.8 collects whatever only an index names, no matter who has pushed it.
        if (pair.version === "2.8" && options.untagged && content.children.length > 0) continue
        for (const { address } of [bench.stock, bench.ours]) {
          expect(await differences(address, name, tag, content)).toEqual([])
          expect(runs ? await craneFindings(address, name, tag) : "").toBe("")
        }
      }
      const status = await manifestStatus(bench.stock.address, "app", untagged.root.digest)
      expect(status).toBe(options.untagged ? 404 : 200)
      expect(await remainsOf([...ourDeleted, ...theirDeleted], pair, bench.store)).toEqual([])
      expect(bench.ours.errors).toEqual([])
    })
  })
})

async function fill({ ours, pushToStock }: Bench): Promise<void> {
  for (const push of OUR_PUSHES) await PUSH_CLIENTS[push.by](ours.address, push)
  await pushToStock(async (address) => {
    for (const { name, tag, content } of THEIR_PUSHES) await pushContent(address, name, tag, content)
    for (const content of theirDeleted) await pushContent(address, "app", "older", content)
  })
  await pushContent(ours.address, "app", untagged.root.digest, untagged)
  for (const content of ourDeleted) await pushContent(ours.address, "app", "old", content)
  for (const { root, children } of [...ourDeleted, ...theirDeleted]) {
    for (const { digest } of [root, ...children]) await deleteManifest(ours.address, "app", digest)
  }
}

/** Keys that name something of the contents and nothing of what was kept. */
async function remainsOf(
  contents: readonly Content[],
  { version }: Pair,
  store: SharedStore,
): Promise<readonly string[]> {
  const kept = new Set(THEIR_PUSHES.flatMap(({ content }) => digestsOf(content)))
  const gone = contents.flatMap(digestsOf).filter((digest) => !kept.has(digest))
  const keys = [...(await store.contents()).keys()]
  const remains = keys.filter((key) => gone.some((digest) => key.includes(hexOf(digest))))
  // 2.8 collects no layer links.
  return version === "2.8" ? remains.filter((key) => !key.includes("/_layers/")) : remains
}
