import { expect, test } from "vitest"
import { createMemoryDriver } from "../../../src/storage/memory.ts"
import { createTestRegistry, imageManifest, pushBlob, putManifest } from "../../support/registry.ts"

test("blobs are read as what never changes, tags as what may", async () => {
  const driver = createMemoryDriver()
  const immutable: string[] = []
  const mutable: string[] = []
  const read: typeof driver.read = (key, options) => {
    ;(options?.immutable ? immutable : mutable).push(key)
    return driver.read(key, options)
  }
  const writer = createTestRegistry({}, driver)
  const [config, layer] = [Buffer.from("{}"), Buffer.from("layer")]
  await pushBlob(writer, "app", config)
  const digest = await pushBlob(writer, "app", layer)
  await putManifest(writer, "app", "v1", imageManifest(config, [layer]))

  const { app } = createTestRegistry({ scope: "repository" }, { ...driver, read })
  expect((await app.request("/v2/app/manifests/v1")).status).toBe(200)
  expect(await (await app.request(`/v2/app/blobs/${digest}`)).text()).toBe("layer")
  const hex = digest.slice("sha256:".length)
  expect(immutable).toEqual([`docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`])
  expect(mutable).toContain("docker/registry/v2/repositories/app/_manifests/tags/v1/current/link")
})
