/**
 * The permissions that the manual names are enough, on a server that enforces them; and with less than a push needs, nothing
 * happens.
 */
import { afterAll, beforeAll, expect, it } from "vitest"
import { run, start, succeed } from "../support/cli.ts"
import { describeWithEngine, imageId, removeImages } from "../support/docker.ts"
import { type LoadedImage, randomImage } from "../support/random-image.ts"
import { s3Store, type TestStore } from "../support/stores.ts"

const MiB = 1024 * 1024

await describeWithEngine("an identity that may get, put and list", () => {
  let store: TestStore
  let image: LoadedImage

  beforeAll(async () => {
    store = await s3Store({ allowed: ["s3:GetObject", "s3:PutObject", "s3:ListBucket"] })
    image = await randomImage({
      layers: [
        { bytes: 1000, seed: "small" },
        { bytes: 100 * MiB, seed: "parts" },
      ],
    })
  })
  afterAll(async () => {
    await removeImages(image.name)
    await store[Symbol.asyncDispose]()
  })

  it("pushes, pushes again and pulls", async () => {
    const reference = store.reference("app:v1")
    await succeed([...store.backend, "push", "--image", image.name, reference], store.env)
    await succeed([...store.backend, "push", "--image", image.name, reference], store.env)
    await removeImages(image.name)
    await succeed([...store.backend, "pull", "--image", image.name, reference], store.env)
    expect(await imageId(image.name)).toBe(image.id)
  })

  it("may break off a push, although it may not abort its upload", async () => {
    const other = await randomImage({ layers: [{ bytes: 200 * MiB, seed: "other" }] })
    try {
      const push = start(
        [...store.backend, "push", "-vv", "--image", other.name, store.reference("b:1")],
        store.env,
      )
      await push.says("/blobs/uploads/ 202")
      await new Promise((resolve) => setTimeout(resolve, 300))
      push.process.kill("SIGINT")
      expect((await push.outcome).code).toBe(130)
    } finally {
      await removeImages(other.name)
    }
  })

  it("is told when it may not do even that", async () => {
    const { code, stderr } = await run(
      [...store.backend, "push", "--image", image.name, "elsewhere/app:v1"],
      store.env,
    )
    expect(code).toBe(4)
    expect(stderr).toMatch(/bucket elsewhere/)
  })
})

await describeWithEngine("an identity that may get and list", () => {
  let store: TestStore
  let image: LoadedImage

  beforeAll(async () => {
    store = await s3Store({ allowed: ["s3:GetObject", "s3:ListBucket"] })
    image = await randomImage({ layers: [{ bytes: MiB, seed: "read only" }] })
    const owner = { ...store.env, ...store.owner }
    await succeed([...store.backend, "push", "--image", image.name, store.reference("app:v1")], owner)
  })
  afterAll(async () => {
    await removeImages(image.name)
    await store[Symbol.asyncDispose]()
  })

  it("pulls", async () => {
    await removeImages(image.name)
    await succeed([...store.backend, "pull", "--image", image.name, store.reference("app:v1")], store.env)
    expect(await imageId(image.name)).toBe(image.id)
  })

  it("is told that it may not push, and nothing has changed", async () => {
    const before = await keysOf(store)
    const push = ["push", "--image", image.name, store.reference("other:v1")]
    const { code, stderr } = await run([...store.backend, ...push], store.env)
    expect(code).toBe(4)
    expect(stderr).toMatch(/Access to .* denied|may not/)
    expect(await keysOf(store)).toEqual(before)
  })
})

async function keysOf({ driver }: TestStore): Promise<readonly string[]> {
  const keys: string[] = []
  for await (const { key } of driver.list("")) keys.push(key)
  return keys
}
