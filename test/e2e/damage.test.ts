/**
 * A store that lost or changed a blob: the pull fails at once, says which, and the daemon keeps nothing.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { digestOf, parseDigest } from "../../src/oci/digest.ts"
import { blobData } from "../../src/registry/layout.ts"
import { readWhole } from "../../src/registry/objects.ts"
import { run, succeed } from "../support/cli.ts"
import { describeWithEngine, docker, loopbackNames, removeImages } from "../support/docker.ts"
import { type LoadedImage, randomImage } from "../support/random-image.ts"
import { STORES, type TestStore } from "../support/stores.ts"

const MiB = 1024 * 1024
const BLOBS = "docker/registry/v2/blobs/"

await describeWithEngine("a damaged store", () => {
  describe.each(STORES)("$name", ({ name, open }) => {
    // An engine may keep a layer for a while after its image is gone: none of another test's.
    const layer = { bytes: 5 * MiB, seed: `damaged ${name} ${Date.now()}` }
    let store: TestStore
    let image: LoadedImage
    /** The largest blob, a layer. */
    let key: string
    let bytes: Buffer
    let names: string[]

    beforeAll(async () => {
      store = await open()
      names = await loopbackNames()
      image = await randomImage({ layers: [layer] })
      await succeed([...store.backend, "push", "--image", image.name, store.reference("app:v1")], store.env)
      await removeImages(image.name)
      let size = 0
      for await (const blob of store.driver.list(BLOBS)) {
        if ((blob.size ?? 0) > size) [key, size] = [blob.key, blob.size ?? 0]
      }
      bytes = (await readWhole(store.driver, key, 10 * MiB)) ?? Buffer.alloc(0)
    })
    afterAll(() => store[Symbol.asyncDispose]())

    const pull = () =>
      run([...store.backend, "pull", "--image", image.name, store.reference("app:v1")], store.env)
    const nothingKept = async (): Promise<void> => {
      expect(await docker("images", "--quiet", image.name)).toBe("")
      expect(await loopbackNames()).toEqual(names)
    }

    it("with a changed byte", async () => {
      const changed = Buffer.from(bytes)
      changed.writeUInt8(255 - changed.readUInt8(MiB), MiB)
      await store.driver.write(key, changed)
      const { code, stderr } = await pull()
      expect(code).toBe(5)
      expect(stderr).toContain(`Error: The blob ${digestOf(bytes)} is corrupt in the store`)
      expect(stderr).not.toContain("    at ")
      await nothingKept()
    })

    it("with a blob cut short", async () => {
      await store.driver.write(key, bytes.subarray(0, MiB))
      const { code, stderr } = await pull()
      expect(`${code} ${stderr}`).toMatch(/^5 /)
      expect(stderr).toContain(digestOf(bytes))
      await nothingKept()
    })

    it("without a blob", async () => {
      await store.driver.delete(key)
      const { code, stderr } = await pull()
      expect(code).toBe(5)
      expect(stderr).toContain(`Error: The blob ${digestOf(bytes)} is not in the store`)
      await nothingKept()
    })

    it("without the manifest that the tag names", async () => {
      const tag = "docker/registry/v2/repositories/app/_manifests/tags/v1/current/link"
      const manifest = parseDigest(String(await readWhole(store.driver, tag, 100)))
      await store.driver.delete(blobData(manifest))
      const { code, stderr } = await pull()
      expect(code).toBe(5)
      expect(stderr).toBe(
        `Error: The tag 'app:v1' names ${manifest}, which is not in the store; push the image again.\n`,
      )
      await nothingKept()
    })

    it("until the image is pushed again", async () => {
      const again = await randomImage({ layers: [layer] })
      await succeed(
        [...store.backend, "push", "--force", "--image", again.name, store.reference("app:v1")],
        store.env,
      )
      await removeImages(again.name)
      expect((await pull()).code).toBe(0)
      await removeImages(image.name)
    })
  })
})
