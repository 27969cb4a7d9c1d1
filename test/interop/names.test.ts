import { beforeAll, describe, expect, it } from "vitest"
import { describePairs, openBench, useBench } from "../support/interop.ts"
import { image, layerOf } from "../support/oci-content.ts"
import { craneFindings } from "../support/push-clients.ts"
import { call, deleteManifest, differences, listTags, pushContent } from "../support/registry-client.ts"

const NAMES = ["a", "a/b", "a/b/c", "a__b", "a--b", "a.b-c_d", "library/a", "1", "v2/blobs"]
const TAGS = ["1", "10", "v1", "v1-rc", "v1.0", "_", "Latest"]
const SORTED_TAGS = ["1", "10", "Latest", "_", "v1", "v1-rc", "v1.0"]

await describePairs("names and tags that lie close together", (pair) => {
  const bench = useBench(pair, { scope: "repository", publish: "on-put" })
  const contentOf = (name: string) => image([layerOf(name)])

  beforeAll(async () => {
    const { ours, pushToStock } = bench()
    const pushTo = async (address: string, who: string, tags: readonly string[]): Promise<void> => {
      for (const name of NAMES) await pushContent(address, name, who, contentOf(name))
      for (const tag of tags) await pushContent(address, "tags", tag, contentOf(tag))
    }
    const everyOther = (first: 0 | 1) => TAGS.filter((_, index) => index % 2 === first)
    await pushTo(ours.address, "ours", everyOther(0))
    await pushToStock((address) => pushTo(address, "theirs", everyOther(1)))
  })

  it.each(NAMES)("%s is a repository of its own, to both", async (name) => {
    const { ours, stock } = bench()
    for (const { address } of [ours, stock]) {
      expect((await listTags(address, name)).toSorted()).toEqual(["ours", "theirs"])
      for (const tag of ["ours", "theirs"]) {
        expect(await differences(address, name, tag, contentOf(name))).toEqual([])
      }
      expect(await craneFindings(address, name, "ours")).toBe("")
    }
  })

  it("the catalog has each repository once", async () => {
    const { bytes } = await call(`http://${bench().stock.address}/v2/_catalog`)
    const { repositories } = JSON.parse(bytes.toString()) as { repositories: readonly string[] }
    expect(repositories.toSorted()).toEqual([...NAMES, "tags"].toSorted())
  })

  it.each(TAGS)("the tag %s is an image of its own, to both", async (tag) => {
    const { ours, stock } = bench()
    for (const { address } of [ours, stock]) {
      expect(await differences(address, "tags", tag, contentOf(tag))).toEqual([])
    }
  })

  it("tags are listed in order by us, and by a stock registry in any", async () => {
    const { ours, stock } = bench()
    expect(await listTags(ours.address, "tags")).toEqual(SORTED_TAGS)
    expect((await listTags(stock.address, "tags")).toSorted()).toEqual(SORTED_TAGS)
  })

  it("a deleted repository takes none of its neighbours along", async () => {
    const { ours, stock } = bench()
    await deleteManifest(ours.address, "a/b", contentOf("a/b").root.digest)
    await deleteManifest(ours.address, "tags", "1")
    for (const { address } of [ours, stock]) {
      expect(await differences(address, "a", "ours", contentOf("a"))).toEqual([])
      expect(await differences(address, "a/b/c", "ours", contentOf("a/b/c"))).toEqual([])
      expect(await differences(address, "tags", "10", contentOf("10"))).toEqual([])
    }
  })
})

await describePairs("a root directory", (pair) => {
  describe.each(["/", "a", "/a/b/"])("written %s", (prefix) => {
    it("is the same to both", async () => {
      await using bench = await openBench(pair, { scope: "store", publish: "on-put" }, prefix)
      const [mine, yours] = [image([layerOf("mine")]), image([layerOf("yours")])]
      await pushContent(bench.ours.address, "app", "mine", mine)
      await bench.pushToStock((address) => pushContent(address, "app", "yours", yours))
      expect(await differences(bench.stock.address, "app", "mine", mine)).toEqual([])
      expect(await differences(bench.ours.address, "app", "yours", yours)).toEqual([])
    })
  })
})
