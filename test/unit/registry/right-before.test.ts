import { mkdtempDisposable, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { expect, it } from "vitest"
import { digestOf } from "../../../src/oci/digest.ts"
import { parseRepositoryName } from "../../../src/oci/reference.ts"
import { blobData } from "../../../src/registry/layout.ts"
import { createRightBefore } from "../../../src/registry/right-before.ts"
import { createFileDriver } from "../../../src/storage/file.ts"
import { createMemoryDriver } from "../../../src/storage/memory.ts"
import { collect } from "../../support/bytes.ts"
import { createTestRegistry, pushBlob } from "../../support/registry.ts"

const name = parseRepositoryName("team/app")
const layer = Buffer.from("layer")
const digest = digestOf(layer)

/** Reads the blob, changes it, and reads it once more. */
async function readTwice(fingerprints: readonly [string?, string?]): Promise<string> {
  const memory = createMemoryDriver()
  const left = [...fingerprints]
  const driver: typeof memory = {
    ...memory,
    async read(key, options) {
      const found = await memory.read(key, options)
      const fingerprint = key.endsWith("/data") ? left.shift() : undefined
      return fingerprint === undefined ? found : { ...found, fingerprint }
    },
  }
  await pushBlob(createTestRegistry({}, memory), "team/app", layer)
  const { registry } = createTestRegistry({}, driver)
  const read = async () => String(await collect((await registry.blobs.read(name, digest)).body))
  expect(await read()).toBe("layer")
  await memory.write(blobData(digest), Buffer.from("layeR"))
  return read()
}

it("takes the bytes of a file for right that was, and is the same", async () => {
  expect(await readTwice(["same", "same"])).toBe("layeR")
})

it("hashes a file that has changed", async () => {
  await expect(readTwice(["before", "after"])).rejects.toThrow("is corrupt")
})

it("hashes a file again that was changed in its place, and its dates set back", async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), "oci-store-right-"))
  await using driver = createFileDriver({ root: folder.path, createRoot: false })
  const test = createTestRegistry({}, driver)
  await pushBlob(test, "team/app", layer)
  const read = async () => String(await collect((await test.registry.blobs.read(name, digest)).body))
  const file = join(folder.path, blobData(digest))
  const date = new Date("2026-01-01")
  await utimes(file, date, date)
  expect(await read()).toBe("layer")
  await setTimeout(20) // longer than a tick of the clock that the system goes by
  await writeFile(file, "layeR")
  await utimes(file, date, date)
  await expect(read()).rejects.toThrow("is corrupt")
})

it("hashes whatever comes through a network", async () => {
  await expect(readTwice([])).rejects.toThrow("is corrupt")
})

it("forgets what was read the longest ago", () => {
  const digests = ["1", "2", "3"].map((text) => digestOf(Buffer.from(text)))
  const right = createRightBefore(2)
  for (const index of [0, 1, 0, 2]) right.add(digests[index] ?? digest, "fingerprint")
  expect(digests.map((each) => right.has(each, "fingerprint"))).toEqual([true, false, true])
})
