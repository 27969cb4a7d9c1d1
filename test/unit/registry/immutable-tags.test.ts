import { beforeEach, describe, expect, it } from "vitest"
import { digestOf } from "../../../src/oci/digest.ts"
import type { RepositoryName, Tag } from "../../../src/oci/reference.ts"
import { TagExistsError } from "../../../src/registry/immutable-tags.ts"
import { conditionsProbe, tagCurrent, tagIndex } from "../../../src/registry/layout.ts"
import type { RegistryOptions } from "../../../src/registry/context.ts"
import { readLink } from "../../../src/registry/objects.ts"
import { type StorageDriver, StorageError } from "../../../src/storage/driver.ts"
import { createMemoryDriver } from "../../../src/storage/memory.ts"
import { createTestRegistry, imageManifest, pushBlob, putManifest } from "../../support/registry.ts"

const name = "team/app" as RepositoryName
const tag = "v1" as Tag
const key = tagCurrent(name, tag)
const one = digestOf(Buffer.from("one"))
const other = digestOf(Buffer.from("other"))

let driver: StorageDriver
let warnings: string[]

beforeEach(() => {
  driver = createMemoryDriver()
  warnings = []
})

const open = (options: Partial<RegistryOptions> = {}, over = driver) =>
  createTestRegistry(
    { immutableTags: true, publish: "held", onWarning: (text) => warnings.push(text), ...options },
    over,
  )
const publish = (digest: typeof one, over = driver) => open({}, over).registry.tags.publish(name, tag, digest)
const exists = (key: string) => async () => (await driver.stat(key)) !== undefined

/** Takes conditions and overwrites all the same, as some servers do. */
const ignoring = (): StorageDriver => ({ ...driver, write: (key, body) => driver.write(key, body) })

describe("a tag that is never moved", () => {
  it("is created, and stays what it is", async () => {
    await publish(one)
    await expect(publish(other)).rejects.toThrow(`the tag 'team/app:v1' is immutable and names ${one}`)
    expect(await readLink(driver, key)).toBe(one)
  })

  it("leaves no trace of what it was not moved to", async () => {
    await publish(one)
    await expect(publish(other)).rejects.toThrow(TagExistsError)
    expect(await exists(tagIndex(name, tag, other))()).toBe(false)
    expect(await exists(tagIndex(name, tag, one))()).toBe(true)
  })

  it("may be created again as what it is", async () => {
    await publish(one)
    await publish(one)
    expect(await readLink(driver, key)).toBe(one)
  })

  it("is created by one of many at the same time", async () => {
    const digests = Array.from({ length: 20 }, (_, index) => digestOf(Buffer.from(String(index))))
    const ends = await Promise.allSettled(digests.map((digest) => publish(digest)))
    const winners = digests.filter((_, index) => ends[index]?.status === "fulfilled")
    expect(winners).toEqual([await readLink(driver, key)])
    for (const end of ends) {
      if (end.status === "rejected") expect(end.reason).toMatchObject({ existing: winners[0], status: 409 })
    }
  })

  it("is written again where the store refused it in mid-race, and nobody else has", async () => {
    let refusals = 2
    const racing: StorageDriver = {
      ...driver,
      async write(at, body, options) {
        if (at === key && refusals-- > 0) {
          throw new StorageError("PRECONDITION_FAILED", "Conflict.", { driver: "memory" })
        }
        return driver.write(at, body, options)
      },
    }
    await publish(one, racing)
    expect(await readLink(driver, key)).toBe(one)
  })

  it("is not asked for where nobody wants it so", async () => {
    const { registry, keys } = open({ immutableTags: false })
    await registry.tags.publish(name, tag, one)
    await registry.tags.publish(name, tag, other)
    expect(await readLink(driver, key)).toBe(other)
    expect(await keys()).not.toContain(conditionsProbe)
  })
})

describe("whether the store can be relied on", () => {
  it("is tried once, outside the layout, and leaves one object however often", async () => {
    const writes: string[] = []
    const noting: StorageDriver = {
      ...driver,
      write(key, body, options) {
        writes.push(key)
        return driver.write(key, body, options)
      },
    }
    const { registry } = open({}, noting)
    await Promise.all(["a", "b"].map((tag) => registry.tags.publish(name, tag as Tag, one)))
    expect(writes.filter((key) => key === conditionsProbe)).toHaveLength(2)
    expect(conditionsProbe.startsWith("docker/")).toBe(false)
    writes.length = 0
    await publish(one, noting)
    expect(writes.filter((key) => key === conditionsProbe)).toHaveLength(1)
    expect(warnings).toEqual([])
  })

  const denied = new StorageError("ACCESS_DENIED", "No.", { driver: "memory" })
  it.each([
    ["ignores conditions", ignoring, "overwrites all the same"],
    ["knows none", () => ({ ...driver, looksBeforeWriting: true }), "knows no conditional writes"],
    [
      "does not let it be tried",
      (): StorageDriver => ({
        ...driver,
        write: (key, ...rest) =>
          key === conditionsProbe ? Promise.reject(denied) : driver.write(key, ...rest),
      }),
      "writing oci-store/conditional-writes is denied",
    ],
  ])("and it %s: a sentence, and a look before the write", async (_, store, reason) => {
    const { registry } = open({}, store())
    await registry.tags.publish(name, tag, one)
    await registry.tags.publish(name, "v2" as Tag, one)
    await expect(registry.tags.publish(name, tag, other)).rejects.toThrow(TagExistsError)
    expect(await readLink(driver, key)).toBe(one)
    expect(warnings).toEqual([expect.stringContaining(reason)])
  })

  it("is tried again after a failure", async () => {
    let fails = true
    const failing: StorageDriver = {
      ...driver,
      async write(...args) {
        if (fails) throw new StorageError("UNAVAILABLE", "Down.", { driver: "memory" })
        return driver.write(...args)
      },
    }
    const { registry } = open({}, failing)
    await expect(registry.tags.publish(name, tag, one)).rejects.toThrow("Down.")
    fails = false
    await registry.tags.publish(name, tag, one)
    expect(await readLink(driver, key)).toBe(one)
  })
})

describe("a registry whose tags are never moved", () => {
  it("refuses a manifest before anything of it is stored, in a way that clients do not try again", async () => {
    const test = open({ publish: "on-put", scope: "repository" })
    const [config, first, second] = ["{}", "first", "second"].map((text) => Buffer.from(text))
    if (!config || !first || !second) throw new TypeError("no content")
    for (const blob of [config, first, second]) await pushBlob(test, name, blob)
    const manifest = imageManifest(config, [first])
    expect((await putManifest(test, name, tag, manifest)).status).toBe(201)
    expect((await putManifest(test, name, tag, manifest)).status).toBe(201)
    const before = await test.keys()
    const refused = await putManifest(test, name, tag, imageManifest(config, [second]))
    expect(refused.status).toBe(409)
    expect(await refused.json()).toMatchObject({
      errors: [{ code: "DENIED", message: expect.stringContaining(digestOf(manifest)) }],
    })
    expect(await test.keys()).toEqual(before)
    expect((await putManifest(test, name, "v2", imageManifest(config, [second]))).status).toBe(201)
    expect(test.errors).toEqual([])
  })
})
