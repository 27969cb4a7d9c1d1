/**
 * A store that was damaged is repaired by the daemon that has the image: verify, push --force, verify.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { parseDigest } from "../../src/oci/digest.ts"
import { MANIFEST_LIMIT, parseManifest } from "../../src/oci/manifest.ts"
import type { RepositoryName, Tag } from "../../src/oci/reference.ts"
import { blobData, layerLink, revisionLink, tagCurrent } from "../../src/registry/layout.ts"
import { readWhole } from "../../src/registry/objects.ts"
import { run, succeed } from "../support/cli.ts"
import { describeWithEngine, imageId, removeImages } from "../support/docker.ts"
import { type LoadedImage, randomImage } from "../support/random-image.ts"
import { blobsOf, STORES, type TestStore } from "../support/stores.ts"

const MiB = 1024 * 1024
const NAME = "app" as RepositoryName
const TAG = "v1" as Tag

await describeWithEngine("a store that is repaired", () => {
  describe.each(STORES)("$name", ({ name, open }) => {
    let store: TestStore
    let image: LoadedImage

    beforeAll(async () => {
      store = await open()
      const seed = `repaired ${name} ${Date.now()}`
      // More than is kept in memory, and less.
      const layers = [20, 3, 1].map((size) => ({ bytes: size * MiB, seed: `${seed} ${size}` }))
      image = await randomImage({ layers })
    })
    afterAll(async () => {
      await removeImages(image.name)
      await store[Symbol.asyncDispose]()
    })

    const push = (...more: string[]) =>
      run([...store.backend, "push", "--image", image.name, store.reference("app:v1"), ...more], store.env)
    const verify = async () => {
      const [backend = "", ...flags] = store.backend.filter(
        (each) => !["--transport", "archive"].includes(each),
      )
      const scope = backend === "file" ? store.reference("").slice(0, -2) : store.reference("").slice(0, -1)
      const { code, stdout } = await run([backend, ...flags, "verify", "--json", scope], store.env)
      const { damage } = JSON.parse(stdout) as { damage: { kind: string; key: string }[] }
      return { code, damage: damage.map(({ kind, key }) => `${kind} ${key}`).toSorted() }
    }
    const read = async (key: string) => {
      const bytes = await readWhole(store.driver, key, 30 * MiB)
      if (!bytes) throw new Error(`no ${key}`)
      return bytes
    }

    it("gets back what was changed, cut short or lost, and the image is the same", async () => {
      expect(await push()).toMatchObject({ code: 0 })
      const tagged = parseDigest(String(await read(tagCurrent(NAME, TAG))))
      const manifest = parseManifest((await read(blobData(tagged))).subarray(0, MANIFEST_LIMIT))
      const [large, middle, small] = manifest.layers.map(({ digest }) => digest)
      if (!large || !middle || !small || !manifest.config) throw new Error("not the image that was pushed")
      const before = await Promise.all([large, middle].map(async (digest) => read(blobData(digest))))
      expect(await verify()).toEqual({ code: 0, damage: [] })

      const flipped = await read(blobData(large))
      flipped.writeUInt8(255 - flipped.readUInt8(MiB), MiB)
      await store.driver.write(blobData(large), flipped)
      await store.driver.write(blobData(middle), (await read(blobData(middle))).subarray(0, MiB))
      await store.driver.delete(blobData(small))
      await store.driver.write(blobData(manifest.config.digest), Buffer.from("{}"))
      await store.driver.write(layerLink(NAME, large), Buffer.from("no link"))
      await store.driver.write(revisionLink(NAME, tagged), Buffer.from("no link"))
      const { code, damage } = await verify()
      expect(code).toBe(5)
      expect(damage).toEqual(
        [
          `corrupt ${blobData(large)}`,
          `size ${blobData(middle)}`,
          `missing ${blobData(small)}`,
          `size ${blobData(manifest.config.digest)}`,
          `corrupt ${layerLink(NAME, large)}`,
          `corrupt ${revisionLink(NAME, tagged)}`,
        ].toSorted(),
      )

      const forced = await push("--force", "--json")
      expect(forced).toMatchObject({ code: 0 })
      expect(await verify()).toEqual({ code: 0, damage: [] })
      expect(String(await read(tagCurrent(NAME, TAG)))).toBe(tagged)
      expect(await Promise.all([large, middle].map(async (digest) => read(blobData(digest))))).toEqual(before)
      expect(await store.leftovers()).toEqual([])

      await removeImages(image.name)
      await succeed([...store.backend, "pull", "--image", image.name, store.reference("app:v1")], store.env)
      expect(await imageId(image.name)).toBe(image.id)
    })

    it("gets back the manifest and the tag itself", async () => {
      const tagged = parseDigest(String(await read(tagCurrent(NAME, TAG))))
      await store.driver.write(blobData(tagged), Buffer.from("{}"))
      expect((await verify()).damage).toEqual([`corrupt ${blobData(tagged)}`])
      expect(await push("--force")).toMatchObject({ code: 0 })
      expect(await verify()).toEqual({ code: 0, damage: [] })
      await store.driver.write(tagCurrent(NAME, TAG), Buffer.from("no link"))
      expect((await verify()).damage).toEqual([`corrupt ${tagCurrent(NAME, TAG)}`])
      expect(await push("--force")).toMatchObject({ code: 0 })
      expect(await verify()).toEqual({ code: 0, damage: [] })
    })

    it("is written whole by --force alone: without it, nothing that is there is sent", async () => {
      const before = await blobsOf(store)
      expect(await push()).toMatchObject({ code: 0, stderr: expect.stringContaining("Unchanged") })
      expect(await blobsOf(store)).toEqual(before)
      expect(await push("--force")).toMatchObject({
        code: 0,
        stderr: expect.not.stringContaining("Unchanged"),
      })
    })
  })
})
