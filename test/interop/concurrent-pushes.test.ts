import { randomBytes } from "node:crypto"
import { afterAll, beforeAll, expect, it } from "vitest"
import { digestOf } from "../../src/oci/digest.ts"
import type { RepositoryName, Tag } from "../../src/oci/reference.ts"
import { createMemoryBudget } from "../../src/storage/budget.ts"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { verify } from "../../src/upkeep/verify.ts"
import { chunksOf, MiB, sha256Of } from "../support/bytes.ts"
import { describeUnless } from "../support/describe-unless.ts"
import { artifact, type Content, image, layerOf } from "../support/oci-content.ts"
import { type Place, PLACES } from "../support/places.ts"
import { differences } from "../support/registry-client.ts"
import { type ServedRegistry, type ServeOptions, serveRegistry } from "../support/served-registry.ts"

const NAME = "team/app" as RepositoryName
const TAG = "v1" as Tag

interface Process extends ServedRegistry {
  readonly driver: StorageDriver
}

/** Each gets half of the bytes, waits until the other has as much, and gets the rest. */
function inStep(bytes: Buffer): () => AsyncGenerator<Uint8Array> {
  const { promise: both, resolve } = Promise.withResolvers<void>()
  const half = bytes.length / 2
  let waiting = 0
  return async function* () {
    for (let start = 0; start < bytes.length; start += MiB) {
      if (start === half && ++waiting === 2) resolve()
      if (start === half) await both
      yield bytes.subarray(start, start + MiB)
    }
  }
}

async function push(
  { registry }: Pick<ServedRegistry, "registry">,
  { blobs, root }: Content,
  tag = TAG,
): Promise<void> {
  for (const [digest, bytes] of blobs) await registry.uploads.put(NAME, digest, chunksOf(bytes), bytes.length)
  await registry.manifests.put(NAME, { digest: root.digest }, root.bytes, root.mediaType)
  await registry.tags.publish(NAME, tag, root.digest)
}

for (const store of PLACES) {
  describeUnless(await store.missing(), `two processes push at the same time: ${store.name}`, () => {
    let place: Place
    let one: Process
    let other: Process
    const opened = new AsyncDisposableStack()

    /** Of a process of its own: it remembers nothing of what another has done. */
    const serve = async (options: ServeOptions = { scope: "store", publish: "held" }): Promise<Process> => {
      const driver = opened.use(await place.openDriver())
      return { ...opened.use(await serveRegistry(driver, options)), driver }
    }
    beforeAll(async () => {
      place = opened.use(await store.open())
      one = await serve()
      other = await serve()
    })
    afterAll(() => opened.disposeAsync())

    it.each([{ size: 2 * MiB }, { size: 40 * MiB }])("one new layer of $size bytes", async ({ size }) => {
      const layer = randomBytes(size)
      const digest = digestOf(layer)
      const source = inStep(layer)
      await Promise.all(
        [one, other].map(({ registry }) => registry.uploads.put(NAME, digest, source(), size)),
      )
      const stored = await (await serve()).registry.blobs.read(NAME, digest)
      expect(`sha256:${await sha256Of(stored.body)}`).toBe(digest)
      expect(await place.unfinishedUploads()).toEqual([])
    })

    it("one tag, which then names a whole image of one of them", async () => {
      for (let round = 0; round < 5; round += 1) {
        const contents = ["one", "other"].map((text) => image([layerOf(`${text} in round ${round}`)]))
        const [ofOne, ofOther] = contents
        if (!ofOne || !ofOther) throw new TypeError("no contents")
        await Promise.all([push(one, ofOne), push(other, ofOther)])
        const { address, registry } = await serve()
        const digest = await registry.tags.resolve(NAME, TAG)
        const named = contents.find(({ root }) => root.digest === digest)
        if (!named) throw new Error(`the tag names ${digest}`)
        expect(await differences(address, NAME, TAG, named)).toEqual([])
      }
    })

    it("and delete: the tag names nothing or a whole image, and the next push leaves no damage", async () => {
      const contents = image([layerOf("pushed and deleted")])
      const next = image([layerOf("pushed while the other is deleted")])
      const place = { driver: one.driver, budget: createMemoryBudget(16 * MiB) }
      for (let round = 0; round < 5; round += 1) {
        for (const pushed of [contents, next]) {
          await push(one, contents)
          const deleting = other.registry.manifests.delete(NAME, contents.root.digest)
          await Promise.all([push(await serve(), pushed), deleting])
          const { address, registry } = await serve()
          const digest = await registry.tags.resolve(NAME, TAG)
          const named = digest === undefined ? [] : await differences(address, NAME, TAG, pushed)
          expect(named).toEqual([])
          await push(await serve(), pushed)
          const { damage } = await verify({
            ...place,
            scope: { name: NAME, reference: { tag: TAG } },
            quick: false,
          })
          expect(damage).toEqual([])
        }
      }
    })

    it("and refer to one image: its list has them all", async () => {
      const { root, blobs } = image([layerOf("signed twice at once")])
      await push(one, { root, blobs, children: [] })
      const signatures = Array.from({ length: 10 }, (_, each) =>
        artifact(Buffer.from(`signature ${each}`), { subject: root }),
      )
      const options = { scope: "repository", publish: "on-put" } as const
      const servers = [await serve(options), await serve(options)]
      await Promise.all(
        signatures.map(async (signature, each) => {
          const server = servers[each % servers.length]
          if (server) await push(server, signature, `signature-${each}` as Tag)
        }),
      )
      const listed = await servers[0]?.registry.referrers?.list(NAME, root.digest)
      expect(listed?.descriptors.map(({ digest }) => digest).toSorted()).toEqual(
        signatures.map(({ root }) => root.digest).toSorted(),
      )
    })
  })
}
