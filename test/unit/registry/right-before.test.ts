import { expect, it } from "vitest"
import { type Digest, digestOf } from "../../../src/oci/digest.ts"
import { parseRepositoryName } from "../../../src/oci/reference.ts"
import { blobData } from "../../../src/registry/layout.ts"
import { createRightBefore } from "../../../src/registry/right-before.ts"
import type { StorageDriver } from "../../../src/storage/driver.ts"
import { createMemoryDriver } from "../../../src/storage/memory.ts"
import { collect } from "../../support/bytes.ts"
import { createTestRegistry, pushBlob } from "../../support/registry.ts"

const name = parseRepositoryName("team/app")
const layer = Buffer.from("layer")
const digest = digestOf(layer)

/** Reads the blob twice: the second time, a wrong byte comes although the version is the same. */
async function readTwice(isLocal: boolean): Promise<string> {
  const memory = createMemoryDriver()
  let reads = 0
  const driver: StorageDriver = {
    ...memory,
    isLocal,
    async read(key, options) {
      const { etag, ...found } = await memory.read(key, options)
      if (!key.endsWith("/data")) return { etag, ...found }
      reads += 1
      if (reads === 1) return { etag, ...found }
      await memory.write(key, Buffer.from("layeR"))
      return { ...(await memory.read(key, options)), etag }
    },
  }
  await pushBlob(createTestRegistry({}, memory), "team/app", layer)
  const { registry } = createTestRegistry({}, driver)
  const read = async () => String(await collect((await registry.blobs.read(name, digest)).body))
  expect(await read()).toBe("layer")
  return read()
}

it("takes the bytes of an unchanged file for right once they were", async () => {
  expect(await readTwice(true)).toBe("layeR")
})

it("hashes whatever comes over a network", async () => {
  await expect(readTwice(false)).rejects.toThrow("is corrupt")
})

it("notices that a file has changed", async () => {
  const test = createTestRegistry()
  await pushBlob(test, "team/app", layer)
  const read = async () => collect((await test.registry.blobs.read(name, digest)).body)
  await read()
  await test.driver.write(blobData(digest), Buffer.from("layeR"))
  await expect(read()).rejects.toThrow("is corrupt")
})

it("forgets what was read the longest ago", () => {
  const [first, second, third] = ["1", "2", "3"].map((text) => digestOf(Buffer.from(text))) as [
    Digest,
    Digest,
    Digest,
  ]
  const right = createRightBefore(2)
  for (const each of [first, second, first, third]) right.add(each, "etag")
  expect([first, second, third].map((each) => right.has(each, "etag"))).toEqual([true, false, true])
})
