/**
 * Tags that never move, and a store that is repaired after a verification, with a real daemon.
 */
import { afterAll, beforeAll, expect, it } from "vitest"
import type { RepositoryName, Tag } from "../../src/oci/reference.ts"
import { MANIFEST_LIMIT, parseManifest } from "../../src/oci/manifest.ts"
import { blobData, conditionsProbe, tagCurrent } from "../../src/registry/layout.ts"
import { readLink, readWhole } from "../../src/registry/objects.ts"
import { type Outcome, run, succeed } from "../support/cli.ts"
import { describeWithEngine, loopbackNames, removeImages } from "../support/docker.ts"
import { type LoadedImage, randomImage } from "../support/random-image.ts"
import { s3Store, type TestStore } from "../support/stores.ts"

await describeWithEngine("a store that is looked after", () => {
  let store: TestStore
  let one: LoadedImage
  let other: LoadedImage
  let names: string[]

  beforeAll(async () => {
    store = await s3Store({ allowed: ["s3:GetObject", "s3:PutObject", "s3:ListBucket"] })
    names = await loopbackNames()
    one = await randomImage({ layers: [{ bytes: 100_000, seed: "one" }] })
    other = await randomImage({ layers: [{ bytes: 100_000, seed: "other" }] })
  })
  afterAll(async () => {
    await removeImages(one.name, other.name)
    expect(await loopbackNames()).toEqual(names)
    await store[Symbol.asyncDispose]()
  })

  const push = (image: LoadedImage, ...paths: string[]): Promise<Outcome> =>
    run(
      [...store.backend, "push", "--immutable-tags", "--image", image.name, ...paths.map(store.reference)],
      store.env,
    )
  const tagged = (tag: string) => readLink(store.driver, tagCurrent("app" as RepositoryName, tag as Tag))
  const verify = (...more: string[]) =>
    run([...store.backend, "verify", ...more, store.reference("").slice(0, -1)], store.env)

  it("takes a tag once, and again as what it is", async () => {
    const first = await push(one, "app:v1")
    expect(first).toMatchObject({ code: 0, stderr: expect.not.stringContaining("Warning") })
    expect(await push(one, "app:v1")).toMatchObject({ code: 0, stdout: first.stdout })
    expect(await store.driver.stat(conditionsProbe)).toBeDefined()
  })

  it("keeps it from another image: 5, and the digest that is there", async () => {
    const digest = await tagged("v1")
    const { code, stdout, stderr } = await push(other, "app:v1")
    expect({ code, stdout }).toEqual({ code: 5, stdout: "" })
    expect(stderr).toContain(`Error: The tag 'app:v1' names ${digest} and not sha256:`)
    expect(await tagged("v1")).toBe(digest)
  })

  it("publishes none of several tags if one of them is taken", async () => {
    expect((await push(other, "app:v9", "app:v1")).code).toBe(5)
    expect(await tagged("v9")).toBeUndefined()
  })

  it("takes one of two images that race for a tag", async () => {
    const ends = await Promise.all([push(one, "app:raced"), push(other, "app:raced")])
    expect(new Set(ends.map(({ code }) => code))).toEqual(new Set([0, 5]))
    const digest = await tagged("raced")
    const [winner, loser] = ends[0].code === 0 ? ends : ends.toReversed()
    expect(winner?.stdout).toContain(`app:raced@${digest}`)
    expect(loser?.stderr).toContain(`names ${digest} and not`)
  })

  it("is found damaged, and whole once it was pushed again by who may not delete", async () => {
    expect((await verify()).code).toBe(0)
    const { driver } = store
    const digest = await tagged("v1")
    const bytes = digest && (await readWhole(driver, blobData(digest), MANIFEST_LIMIT))
    const [layer] = bytes ? parseManifest(bytes).layers : []
    if (!layer) throw new TypeError("no layer")
    const key = blobData(layer.digest)
    await driver.write(key, Buffer.alloc(layer.size))
    const found = await verify("--json")
    expect(found.code).toBe(5)
    expect(JSON.parse(found.stdout)).toMatchObject({ damage: [{ kind: "corrupt", key }] })
    expect((await verify("--quick")).code).toBe(0)
    await succeed(
      [...store.backend, "push", "--force", "--image", one.name, store.reference("app:v1")],
      store.env,
    )
    expect((await verify()).code).toBe(0)
  })
})
