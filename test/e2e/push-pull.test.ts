/**
 * The main job, with a real daemon, a real image and every store: out of the daemon, back into it, and it runs.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { succeed, run } from "../support/cli.ts"
import {
  describeWithEngine,
  docker,
  imageId,
  loopbackNames,
  removeImages,
  runImage,
  uniqueName,
} from "../support/docker.ts"
import { randomImage } from "../support/random-image.ts"
import { type RunnableImage, runnableImage } from "../support/runnable-image.ts"
import { blobsOf, STORES, type TestStore } from "../support/stores.ts"

const MiB = 1024 * 1024

await describeWithEngine("push and pull", () => {
  describe.each(STORES)("$name", ({ open }) => {
    let store: TestStore
    let image: RunnableImage
    let names: string[]
    const path = "team/app:v1"

    const oci = (command: string, ...args: string[]) =>
      succeed([...store.backend, command, ...args], store.env)
    const push = (...args: string[]) => oci("push", ...args)
    const digestOf = (line: string) => line.slice(line.indexOf("@") + 1)

    beforeAll(async () => {
      store = await open()
      image = await runnableImage()
      names = await loopbackNames()
    })
    afterAll(async () => {
      await removeImages(image.name, "team/app:v1", "team/app:v2")
      await store[Symbol.asyncDispose]()
    })

    it("brings an image there and back: same id, same digest, and it runs", async () => {
      const pushed = await push("--image", image.name, store.reference(path))
      expect(pushed).toMatch(/^(file|s3|gs|azblob):\/\/.*team\/app:v1@sha256:[0-9a-f]{64}$/)
      await removeImages(image.name)
      const pulled = await oci("pull", "--image", image.name, "--json", store.reference(path))
      expect(JSON.parse(pulled)).toMatchObject({ digest: digestOf(pushed), image: image.name })
      expect(await imageId(image.name)).toBe(image.id)
      expect(await runImage(image.name)).toBe(image.marker)
      expect(await loopbackNames()).toEqual(names)
      expect(await store.leftovers()).toEqual([])
    })

    it("uploads no blob when nothing has changed", async () => {
      const before = await blobsOf(store)
      const again = JSON.parse(await push("--image", image.name, "--json", store.reference(path)))
      expect(again).toMatchObject({ stored: { blobs: 0, bytes: 0 } })
      expect(await blobsOf(store)).toEqual(before)
    })

    it("pulls by default as path:tag, and pushes what is called so", async () => {
      await removeImages(image.name)
      await oci("pull", store.reference(path))
      expect(await runImage("team/app:v1")).toBe(image.marker)
      await docker("tag", "team/app:v1", "team/app:v2")
      await docker("tag", "team/app:v1", image.name)
      await push(store.reference("team/app:v2"))
      await removeImages("team/app:v2")
      await oci("pull", store.reference("team/app:v2"))
      expect(await imageId("team/app:v2")).toBe(image.id)
    })

    it("uploads of another image on the same base only what is new", async () => {
      const base = { bytes: 3 * MiB, seed: "base" }
      const first = await randomImage({ layers: [base, { bytes: MiB, seed: "one" }] })
      const second = await randomImage({ layers: [base, { bytes: MiB, seed: "two" }] })
      try {
        await push("--image", first.name, store.reference("first/name:1"))
        const result = JSON.parse(
          await push("--image", second.name, "--json", store.reference("second/name:1")),
        )
        // The new layer and the configuration.
        expect(result.stored.blobs).toBe(2)
        expect(result.stored.bytes).toBeLessThan(2 * MiB)
        expect(result.present).toMatchObject({ blobs: 1 })
      } finally {
        await removeImages(first.name, second.name)
      }
    })

    it("publishes several references of one push", async () => {
      const references = ["team/app:stable", "team/app:latest", "other:latest"].map((each) =>
        store.reference(each),
      )
      const published = (await push("--image", image.name, ...references)).split("\n")
      expect(published.map((line) => line.slice(0, line.indexOf("@")).replace(/^.*\/\//, ""))).toHaveLength(3)
      expect(new Set(published.map(digestOf)).size).toBe(1)
      for (const reference of references) {
        const name = `${uniqueName()}:x`
        await oci("pull", "--image", name, "--quiet", reference)
        await removeImages(name)
      }
    })

    it("pulls by digest, and writes the digest to a file", async () => {
      await docker("tag", "team/app:v1", image.name)
      const file = join(tmpdir(), `${uniqueName().replaceAll("/", "-")}.digest`)
      const pushed = await push("--image", image.name, "--digest-file", file, store.reference(path))
      expect((await readFile(file, "utf8")).trimEnd()).toBe(pushed)
      const digest = digestOf(pushed)
      await oci("pull", `${store.reference("team/app")}@${digest}`)
      const name = `team/app:${digest.slice(7, 19)}`
      expect(await imageId(name)).toBe(image.id)
      await removeImages(name)
      expect(await loopbackNames()).toEqual(names)
    })

    it("carries large layers", async () => {
      const large = await randomImage({
        layers: [
          { bytes: 40 * MiB, seed: "large" },
          { bytes: 70 * MiB, seed: "larger" },
        ],
      })
      try {
        await push("--image", large.name, store.reference("large:1"))
        await removeImages(large.name)
        await oci("pull", "--image", large.name, store.reference("large:1"))
        expect(await imageId(large.name)).toBe(large.id)
        expect(await store.leftovers()).toEqual([])
      } finally {
        await removeImages(large.name)
      }
    })

    it("says what to do when the image, the tag or the repository is not there", async () => {
      const absent = uniqueName("absent")
      const noImage = await run(
        [...store.backend, "push", "--image", absent, store.reference(path)],
        store.env,
      )
      expect(noImage.code).toBe(5)
      expect(noImage.stderr).toContain(absent)
      const noTag = await run([...store.backend, "pull", store.reference("team/app:v9")], store.env)
      expect(noTag.code).toBe(5)
      expect(noTag.stderr).toMatch(/no tag 'v9'.*v2/)
      const noRepository = await run([...store.backend, "pull", store.reference("nobody:v1")], store.env)
      expect(noRepository.code).toBe(5)
      expect(noRepository.stderr).toContain("no repository 'nobody'")
      expect(await loopbackNames()).toEqual(names)
    })
  })
})
