/**
 * Every way to name an image of the daemon.
 */
import { afterAll, beforeAll, expect, it } from "vitest"
import { succeed } from "../support/cli.ts"
import { describeWithEngine, docker, imageId, loopbackNames, removeImages } from "../support/docker.ts"
import { type LoadedImage, randomImage } from "../support/random-image.ts"
import { folderStore, type TestStore } from "../support/stores.ts"

await describeWithEngine("an image in the daemon", () => {
  let store: TestStore
  let image: LoadedImage
  let names: string[]
  let published: string

  const push = (name: string, path: string) =>
    succeed(["file", "push", "--image", name, store.reference(path)])
  const digestOf = (line: string) => line.slice(line.indexOf("@") + 1)

  beforeAll(async () => {
    names = await loopbackNames()
    store = await folderStore()
    image = await randomImage({ layers: [{ bytes: 1000, seed: `names ${Date.now()}` }] })
    published = digestOf(await push(image.name, "app:v1"))
  })
  afterAll(async () => {
    await removeImages(image.name)
    await store[Symbol.asyncDispose]()
  })

  const moved = async (name: string, path: string): Promise<void> => {
    expect(digestOf(await push(name, path))).toBe(published)
    expect(await loopbackNames()).toEqual(names)
  }

  it("has an id, whole or short, with or without sha256:", async () => {
    const { id } = image
    await moved(id, "by-id:1")
    await moved(id.replace("sha256:", ""), "by-id:2")
    await moved(id.slice(7, 19), "by-id:3")
  })

  it("has a digest, once it came from a registry", async () => {
    const reference = store.reference("app:v1")
    await succeed(["file", "pull", "--keep-ref", "--image", image.name, reference])
    const kept = (await loopbackNames()).filter((name) => !names.includes(name))
    try {
      const [name = ""] = kept
      const byDigest = `${name.replace(/:v1$/, "")}@${published}`
      expect(kept).toHaveLength(1)
      expect(digestOf(await push(byDigest, "by-digest:1"))).toBe(published)
    } finally {
      await removeImages(...kept)
    }
  })

  it.each([
    ["a registry with a port", "registry.example:5000/team/app:v1"],
    ["a registry without a port", "registry.example/app:v1"],
    ["localhost", "localhost/app:v1"],
    ["200 characters", `${"long-".repeat(39)}names:v1`],
  ])("is called after %s, going and coming", async (_, name) => {
    await docker("tag", image.name, name)
    try {
      await moved(name, "named:v1")
      await removeImages(name)
      await succeed(["file", "pull", "--image", name, store.reference("named:v1")])
      expect(await imageId(name)).toBe(image.id)
      expect(await loopbackNames()).toEqual(names)
    } finally {
      await removeImages(name)
    }
  })

  it("may be stored under a name of 200 characters, in parts or as one", async () => {
    for (const path of [`${"long-".repeat(39)}names`, `${"part/".repeat(39)}names`]) {
      await moved(image.name, `${path}:v1`)
      await succeed(["file", "pull", "--image", image.name, store.reference(`${path}:v1`)])
      expect(await imageId(image.name)).toBe(image.id)
    }
  })
})
