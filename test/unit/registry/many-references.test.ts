/**
 * A manifest may name thousands of blobs in its 4 MiB: the store is asked for a few at a time, and the answer stays small.
 */
import { setImmediate } from "node:timers/promises"
import { expect, it } from "vitest"
import { digestOf } from "../../../src/oci/digest.ts"
import { OCI_IMAGE_INDEX } from "../../../src/oci/media-types.ts"
import { AT_ONCE, mapSome } from "../../../src/registry/at-once.ts"
import type { RegistryOptions } from "../../../src/registry/context.ts"
import { createMemoryDriver } from "../../../src/storage/memory.ts"
import {
  createTestRegistry,
  imageIndex,
  imageManifest,
  pushBlob,
  putManifest,
} from "../../support/registry.ts"

const LAYERS = 10_000

/** A registry whose store counts what it is asked at the same time. */
function counting(options: Partial<RegistryOptions>) {
  const driver = createMemoryDriver()
  const counts = { calls: 0, running: 0, most: 0 }
  const counted = async <T>(work: () => Promise<T>): Promise<T> => {
    counts.calls += 1
    counts.running += 1
    counts.most = Math.max(counts.most, counts.running)
    await setImmediate()
    return work().finally(() => (counts.running -= 1))
  }
  const test = createTestRegistry(options, {
    ...driver,
    stat: (...args) => counted(() => driver.stat(...args)),
    read: (...args) => counted(() => driver.read(...args)),
    write: (...args) => counted(() => driver.write(...args)),
  })
  return { test, counts }
}

const config = Buffer.from("{}")
const layers = Array.from({ length: LAYERS }, (_, index) => Buffer.from(`layer ${index}`))
const manifest = imageManifest(config, layers)

interface Answer {
  readonly errors: readonly [{ readonly code: string; readonly message: string; readonly detail: unknown[] }]
}

it.each(["store", "repository"] as const)(
  "refuses one with 10,000 layers that are not there, by scope %s, and tells twenty of them",
  async (scope) => {
    const { test, counts } = counting({ scope })
    const response = await putManifest(test, "app", "v1", manifest)
    expect(response.status).toBe(404)
    const text = await response.text()
    expect(text.length).toBeLessThan(10_000)
    const [{ code, message, detail }] = (JSON.parse(text) as Answer).errors
    expect(code).toBe("MANIFEST_BLOB_UNKNOWN")
    expect(message).toMatch(/^the manifest names sha256:.* and 9981 more, which the store does not have$/)
    expect(detail).toHaveLength(21)
    expect(detail.at(0)).toMatchObject({ digest: digestOf(config) })
    expect(detail.at(-1)).toEqual({ more: 9981 })
    expect(counts).toMatchObject({ calls: LAYERS + 1, most: AT_ONCE })
  },
)

it("takes one with 10,000 layers that are there", async () => {
  const { test, counts } = counting({ scope: "store" })
  for (const blob of [config, ...layers]) await pushBlob(test, "app", blob)
  const later = createTestRegistry({ scope: "store" }, test.driver)
  expect((await putManifest(later, "app", "v1", manifest)).status).toBe(201)
  expect(counts.most).toBe(AT_ONCE)
})

it("asks once for what is named many times", async () => {
  const { test, counts } = counting({ scope: "repository" })
  const child = imageManifest(config, [])
  const index = imageIndex(Array.from({ length: LAYERS }, () => child))
  const response = await putManifest(test, "app", "v1", index, OCI_IMAGE_INDEX)
  expect(response.status).toBe(404)
  const [{ detail }] = ((await response.json()) as Answer).errors
  expect(detail).toMatchObject([{ digest: digestOf(child) }])
  expect(counts.calls).toBeLessThan(5)
})

it("begins no more after a failure, and ends when all that had begun has ended", async () => {
  const begun: number[] = []
  let ended = 0
  const work = mapSome(layers, async (layer) => {
    begun.push(layer.length)
    await setImmediate()
    ended += 1
    if (ended === 3) throw new Error("the third")
  })
  await expect(work).rejects.toThrow("the third")
  expect(begun.length).toBe(ended)
  expect(begun.length).toBeLessThan(2 * AT_ONCE)
})
