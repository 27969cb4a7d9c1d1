import { afterAll, beforeAll, expect, it } from "vitest"
import { keysOf } from "../storage/contract/check.ts"
import { describePairs, useBench } from "../support/interop.ts"
import { type Content, image, layerOf } from "../support/oci-content.ts"
import { craneFindings, PUSH_CLIENTS } from "../support/push-clients.ts"
import {
  call,
  deleteManifest,
  differences,
  expectStatus,
  listTags,
  manifestStatus,
  pushContent,
} from "../support/registry-client.ts"
import { serveRegistry, type ServedRegistry } from "../support/served-registry.ts"
import { APP, SAFER_PUSHES, stockPushes } from "./pushes.ts"

await describePairs("what a stock registry pushes, we serve", (pair) => {
  const pushes = [...stockPushes(pair), ...SAFER_PUSHES]
  const bench = useBench(pair, { scope: "repository", publish: "on-put" })
  let wide: ServedRegistry
  beforeAll(async () => {
    await bench().pushToStock(async (address) => {
      for (const push of pushes) await PUSH_CLIENTS[push.by](address, push)
    })
    wide = await serveRegistry(bench().store.driver, { scope: "store", publish: "held" })
  })
  afterAll(() => wide?.[Symbol.asyncDispose]())

  it.each(pushes)("$what, by $by, to the last byte", async ({ name, tag, content, runs }) => {
    for (const { address, errors } of [bench().ours, wide]) {
      expect(await differences(address, name, tag, content)).toEqual([])
      expect(runs ? await craneFindings(address, name, tag) : "").toBe("")
      expect(errors).toEqual([])
    }
  })

  it("but not what it has only begun to upload", async () => {
    const { ours, stock, store } = bench()
    const before = new Set(await keysOf(store.driver, ""))
    await expectStatus(202, call(`http://${stock.address}/v2/app/blobs/uploads/`, { method: "POST" }))
    const begun = [...(await store.contents()).keys()].filter((key) => !before.has(key))
    expect(begun).toContainEqual(expect.stringMatching(/\/_uploads\/[^/]+\/startedat$/))
    // On Google's store the upload itself is an object already, and marked.
    const marked = begun.filter((key) => pair.kind === "GCS" && key.endsWith("/data"))
    expect(marked).toHaveLength(pair.kind === "GCS" ? 1 : 0)
    for (const key of marked) expect(await store.driver.stat(key)).toBeUndefined()
    const seen = (await keysOf(store.driver, "")).filter((key) => !before.has(key))
    expect(seen.toSorted()).toEqual(begun.filter((key) => !marked.includes(key)).toSorted())
    expect(await differences(ours.address, "app", "v1", APP)).toEqual([])
  })

  it("all tags", async () => {
    expect(await listTags(bench().ours.address, "multi")).toEqual(["crane", "regctl"])
  })
})

await describePairs("what we delete of a stock registry's, is deleted for it", (pair) => {
  const bench = useBench(pair, { scope: "repository", publish: "on-put" })
  const first = image([layerOf("the first")])
  const second = image([layerOf("the second")])
  const name = "team/app"

  beforeAll(async () => {
    const tags: readonly (readonly [string, Content])[] = [
      ["moved", first],
      ["moved", second],
      ["one", first],
      ["uno", first],
      ["two", second],
      ["due", second],
    ]
    await bench().pushToStock(async (address) => {
      for (const [tag, content] of tags) await pushContent(address, name, tag, content)
    })
  })

  it("a tag, and no other tag of the same image", async () => {
    const { ours, stock } = bench()
    await deleteManifest(ours.address, name, "due")
    for (const { address } of [ours, stock]) {
      expect(await manifestStatus(address, name, "due")).toBe(404)
      expect((await listTags(address, name)).toSorted()).toEqual(["moved", "one", "two", "uno"])
      expect(await differences(address, name, "two", second)).toEqual([])
    }
  })

  it("an image, with all of its tags, but not one that has moved on", async () => {
    const { ours, stock } = bench()
    await deleteManifest(ours.address, name, first.root.digest)
    for (const { address } of [ours, stock]) {
      for (const reference of [first.root.digest, "one", "uno"]) {
        expect(await manifestStatus(address, name, reference)).toBe(404)
      }
      expect((await listTags(address, name)).toSorted()).toEqual(["moved", "two"])
      expect(await differences(address, name, "moved", second)).toEqual([])
    }
  })

  it("a blob, from this repository only", async () => {
    const { ours, stock, pushToStock } = bench()
    await pushToStock((address) => pushContent(address, "other", "v1", first))
    const [digest = ""] = first.blobs.keys()
    const blobOf = (address: string, name: string): string => `http://${address}/v2/${name}/blobs/${digest}`
    expect((await call(blobOf(ours.address, name), { method: "DELETE" })).status).toBe(202)
    for (const { address } of [ours, stock]) {
      expect((await call(blobOf(address, name))).status).toBe(404)
      expect((await call(blobOf(address, "other"))).status).toBe(200)
    }
  })

  it("and what is pushed again, is back", async () => {
    const { ours, stock } = bench()
    await pushContent(ours.address, name, "one", first)
    expect(await differences(stock.address, name, "one", first)).toEqual([])
    expect(ours.errors).toEqual([])
  })
})
