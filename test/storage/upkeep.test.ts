/** Looking after stores of every kind: what is damaged or left behind is really so. */
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest"
import type { RepositoryName, Tag } from "../../src/oci/reference.ts"
import { TagExistsError } from "../../src/registry/immutable-tags.ts"
import { blobData, layerLink, tagCurrent, uploadData, uploadStarted } from "../../src/registry/layout.ts"
import { readLink } from "../../src/registry/objects.ts"
import { createRegistry } from "../../src/registry/registry.ts"
import { createMemoryBudget } from "../../src/storage/budget.ts"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { prune } from "../../src/upkeep/prune.ts"
import { verify } from "../../src/upkeep/verify.ts"
import { MiB } from "../support/bytes.ts"
import { describeUnless } from "../support/describe-unless.ts"
import { image, layerOf } from "../support/oci-content.ts"
import { type Place, PLACES } from "../support/places.ts"
import { APP, contents, OTHER, plantStore } from "../support/planted-store.ts"
import { entries, keysOf } from "./contract/check.ts"

const ID = "6f2c1d0e-8f60-4f0b-9d7c-2f1f3f0a9b11"
const OLD = "2026-01-01T00:00:00Z"
const [, shared] = [...contents.v1.blobs.keys()]
if (!shared) throw new TypeError("no layer")

for (const kind of PLACES) {
  describeUnless(await kind.missing(), `upkeep of a store: ${kind.name}`, () => {
    const opened = new AsyncDisposableStack()
    let place: Place
    let driver: StorageDriver

    beforeAll(async () => {
      place = opened.use(await kind.open())
      driver = opened.use(await place.openDriver())
    })
    beforeEach(async () => {
      await driver.delete(await keysOf(driver, ""))
      await plantStore(driver)
    })
    afterAll(() => opened.disposeAsync())

    const check = (quick = false) =>
      verify({ driver, budget: createMemoryBudget(16 * MiB), scope: {}, quick })
    const clean = (olderThan: Date, remove = true) => prune({ driver, olderThan, remove })
    const inAMinute = () => new Date(Date.now() + 60_000)
    const put = (key: string, text: string) => driver.write(key, Buffer.from(text))

    it("finds it whole, and leaves it as it is", async () => {
      const before = await entries(driver, "")
      expect(await check()).toEqual({ tags: 4, repositories: 2, damage: [] })
      expect(await check(true)).toEqual({ tags: 4, repositories: 2, damage: [] })
      expect(await entries(driver, "")).toEqual(before)
    })

    it("finds what is missing, cut, corrupt and not linked", async () => {
      const [own] = [...contents.v2.blobs.keys()].slice(-1)
      const [config] = [...contents.other.blobs.keys()]
      const [child] = contents.index.children
      if (!own || !config || !child) throw new TypeError("no content")
      await driver.delete(blobData(child.digest))
      await put(blobData(own), "cut")
      await driver.write(blobData(config), Buffer.alloc(contents.other.blobs.get(config)?.length ?? 0))
      await driver.delete(layerLink(APP, shared))
      const found = (await check()).damage.map(({ kind, key, breaks }) => ({ kind, key, breaks }))
      expect(found).toEqual(
        expect.arrayContaining([
          { kind: "missing", key: blobData(child.digest), breaks: ["other:v2"] },
          { kind: "size", key: blobData(own), breaks: ["team/app:v2"] },
          { kind: "corrupt", key: blobData(config), breaks: ["other:v1"] },
          { kind: "unlinked", key: layerLink(APP, shared), breaks: ["team/app:v1", "team/app:v2"] },
        ]),
      )
      expect(found).toHaveLength(4)
    })

    it("prunes upload directories of an age, and nothing else", async () => {
      const before = await keysOf(driver, "")
      await put(uploadStarted(OTHER, ID), OLD)
      await put(uploadData(OTHER, ID), "twelve bytes")
      expect((await clean(new Date(Date.now() - 3_600_000))).leftovers).toEqual([])
      expect((await clean(inAMinute(), false)).leftovers).toMatchObject([{ kind: "session", bytes: 32 }])
      expect((await clean(inAMinute())).leftovers).toMatchObject([{ started: new Date(OLD), removed: true }])
      expect(await keysOf(driver, "")).toEqual(before)
    })

    it("prunes what a killed push leaves of a blob", async () => {
      const before = await keysOf(driver, "")
      const upload = await driver.createUpload(blobData(shared).replace("data", "killed/data"))
      await upload.append(patternedParts())
      const { leftovers } = await clean(inAMinute())
      expect(await clean(inAMinute())).toEqual({ leftovers: [], denied: undefined })
      expect(await place.unfinishedUploads()).toEqual([])
      expect(await keysOf(driver, "")).toEqual(before)
      // Clouds other than S3 cannot list them, and drop them by themselves.
      if (driver.staleUploads) expect(leftovers).toMatchObject([{ kind: "unfinished", removed: true }])
      await upload.abort()
    })

    it("lets exactly one of two pushers create an immutable tag, whoever they are", async () => {
      const name = "raced" as RepositoryName
      const warnings: string[] = []
      for (let round = 0; round < 10; round += 1) {
        const tag = `v${round}` as Tag
        const pushers = ["one", "other"].map(async (text) => {
          await using own = await place.openDriver()
          const budget = createMemoryBudget(16 * MiB)
          await using registry = createRegistry(own, {
            scope: "store",
            publish: "held",
            immutableTags: true,
            onWarning: (warning) => warnings.push(warning),
            budget,
          })
          const { root } = image([layerOf(`${text} in round ${round}`)])
          await registry.tags.publish(name, tag, root.digest)
          return root.digest
        })
        const ends = await Promise.allSettled(pushers)
        const winners = ends.flatMap((end) => (end.status === "fulfilled" ? [end.value] : []))
        const losers = ends.flatMap((end) => (end.status === "rejected" ? [end.reason as unknown] : []))
        expect(winners).toEqual([await readLink(driver, tagCurrent(name, tag))])
        expect(losers).toEqual([expect.any(TagExistsError)])
        expect(losers).toMatchObject([{ existing: winners[0] }])
      }
      expect(warnings).toEqual([])
    })
  })
}

/** Several parts on every store. */
async function* patternedParts(): AsyncGenerator<Uint8Array> {
  for (let part = 0; part < 40; part += 1) yield Buffer.alloc(MiB, part)
}
