import { beforeAll, describe, expect, it } from "vitest"
import { type Digest, hexOf } from "../../src/oci/digest.ts"
import { type Bench, describePairs, openBench, useBench } from "../support/interop.ts"
import { artifact, type Content, digestsOf, image, layerOf } from "../support/oci-content.ts"
import { PUSH_CLIENTS } from "../support/push-clients.ts"
import { call, deleteManifest, differences, manifestStatus, pushContent } from "../support/registry-client.ts"
import type { ServeOptions } from "../support/served-registry.ts"
import { collectGarbage } from "../support/stock-registry.ts"

const OPTIONS: ServeOptions = { scope: "repository", publish: "on-put", sessions: "stored" }
const NAME = "team/app"
const APP = image([layerOf("an app with referrers")])
const TAG = `sha256-${hexOf(APP.root.digest)}`

const about = (text: string): Content => artifact(Buffer.from(text), { subject: APP.root })
const [signature, sbom, scan] = [about("a signature"), about("an SBOM"), about("a scan")]
const digests = (...contents: readonly Content[]): readonly Digest[] =>
  contents.map(({ root }) => root.digest).toSorted()

/** By the API, in our registry only. */
const listed = ({ ours }: Bench): Promise<readonly string[]> =>
  digestsAt(`http://${ours.address}/v2/${NAME}/referrers/${APP.root.digest}`)

/** By the tag, as a client does it at a registry without the API. */
const listedByTag = (address: string): Promise<readonly string[]> =>
  digestsAt(`http://${address}/v2/${NAME}/manifests/${TAG}`)

async function digestsAt(url: string): Promise<readonly string[]> {
  const { manifests } = JSON.parse((await call(url)).bytes.toString()) as {
    manifests: readonly { readonly digest: string }[]
  }
  return manifests.map(({ digest }) => digest).toSorted()
}

/** The app and three referrers by us, one of which is then deleted. */
async function fill({ ours }: Bench): Promise<void> {
  await pushContent(ours.address, NAME, "v1", APP)
  for (const content of [signature, sbom, scan]) {
    await pushContent(ours.address, NAME, content.root.digest, content)
  }
  await deleteManifest(ours.address, NAME, scan.root.digest)
}

await describePairs("referrers that we keep", (pair) => {
  const bench = useBench(pair, OPTIONS)
  beforeAll(() => fill(bench()))

  it("are served by a stock registry, and listed where its clients look", async () => {
    const { stock, ours } = bench()
    expect(await listed(bench())).toEqual(digests(signature, sbom))
    expect(await listedByTag(stock.address)).toEqual(digests(signature, sbom))
    for (const content of [signature, sbom]) {
      expect(await differences(stock.address, NAME, content.root.digest, content)).toEqual([])
    }
    expect(await manifestStatus(stock.address, NAME, scan.root.digest)).toBe(404)
    expect(ours.errors).toEqual([])
  })

  it("are gone from the list when a stock registry has deleted them, and the list goes on", async () => {
    const { stock, ours } = bench()
    await deleteManifest(stock.address, NAME, sbom.root.digest)
    expect(await listed(bench())).toEqual(digests(signature))
    await pushContent(ours.address, NAME, scan.root.digest, scan)
    expect(await listed(bench())).toEqual(digests(signature, scan))
    expect(ours.errors).toEqual([])
  })

  it("go on from a list that a client has kept at a stock registry", async () => {
    const { stock, ours } = bench()
    await deleteManifest(ours.address, NAME, TAG)
    expect(await listed(bench())).toEqual([])
    await bench().pushToStock((address) =>
      PUSH_CLIENTS.regctl(address, { name: NAME, tag: "sbom", content: sbom }),
    )
    expect(await listed(bench())).toEqual(digests(sbom))
    const another = about("another signature")
    await pushContent(ours.address, NAME, another.root.digest, another)
    expect(await listed(bench())).toEqual(digests(sbom, another))
    expect(await listedByTag(stock.address)).toEqual(digests(sbom, another))
    expect(ours.errors).toEqual([])
  })
})

await describePairs("a stock registry's collector, where we keep referrers", (pair) => {
  describe.each([
    { flags: "without -m", untagged: false },
    { flags: "with -m", untagged: true },
  ])("$flags", (options) => {
    it("keeps them with their subject, and leaves nothing of one that was deleted", async () => {
      await using bench = await openBench(pair, OPTIONS)
      await fill(bench)
      const { code, said } = await collectGarbage(pair.version, bench.store.storage, options)
      expect(code, said).toBe(0)

      // With -m, 2.8 collects whatever only an index names, and so the referrers of any registry.
      const kept = pair.version === "2.8" && options.untagged ? [] : [signature, sbom]
      expect(await listed(bench)).toEqual(digests(...kept))
      for (const { address } of [bench.ours, bench.stock]) {
        expect(await differences(address, NAME, "v1", APP)).toEqual([])
        for (const content of kept) {
          expect(await differences(address, NAME, content.root.digest, content)).toEqual([])
        }
      }
      const others = new Set([APP, signature, sbom].flatMap(digestsOf))
      const gone = digestsOf(scan).filter((digest) => !others.has(digest))
      const keys = [...(await bench.store.contents()).keys()]
      const remains = keys.filter((key) => gone.some((digest) => key.includes(hexOf(digest))))
      // 2.8 collects no layer links.
      expect(pair.version === "2.8" ? remains.filter((key) => !key.includes("/_layers/")) : remains).toEqual(
        [],
      )

      await pushContent(bench.ours.address, NAME, scan.root.digest, scan)
      expect(await listed(bench)).toEqual(digests(...kept, scan))
      expect(bench.ours.errors).toEqual([])
    })

    it("stops at nothing when the last of them was deleted", async () => {
      await using bench = await openBench(pair, OPTIONS)
      await fill(bench)
      for (const { root } of [signature, sbom, APP]) {
        await deleteManifest(bench.ours.address, NAME, root.digest)
      }
      const { code, said } = await collectGarbage(pair.version, bench.store.storage, options)
      expect(code, said).toBe(0)
      expect(await listed(bench)).toEqual([])
      expect(await listedByTag(bench.stock.address)).toEqual([])
    })
  })
})
