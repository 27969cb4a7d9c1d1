import { randomUUID } from "node:crypto"
import { beforeEach, describe, expect, it } from "vitest"
import { digestOf } from "../../../src/oci/digest.ts"
import { parseRepositoryName } from "../../../src/oci/reference.ts"
import { layerLink, uploadData, uploadPart, uploadRoot, uploadStarted } from "../../../src/registry/layout.ts"
import { createTestRegistry, type TestRegistry } from "../../support/registry.ts"

const name = parseRepositoryName("team/app")
const other = parseRepositoryName("other")
const [ours, theirs, orphan] = ["1", "2", "3"].map((digit) => randomUUID().replace(/^./, digit)) as [
  string,
  string,
  string,
]

const KEYS = [
  uploadStarted(name, ours),
  uploadPart(name, ours, 0),
  uploadPart(name, ours, 10),
  // A stock registry's.
  uploadStarted(other, theirs),
  uploadData(other, theirs),
  `${uploadRoot(other, theirs)}hashstates/sha256/10`,
  // Written by a request that met a cancellation: nothing says when it began.
  uploadPart(name, orphan, 0),
]
const LINK = layerLink(name, digestOf(Buffer.from("kept")))
const SECOND = 1000

describe("a purge of uploads", () => {
  let test: TestRegistry
  beforeEach(async () => {
    test = createTestRegistry()
    for (const key of [...KEYS, LINK]) await test.driver.write(key, Buffer.from("bytes"))
  })

  it("leaves what has moved since", async () => {
    expect(await test.registry.uploads.purge(new Date(Date.now() - SECOND))).toBe(0)
    expect(await test.keys()).toEqual([...KEYS, LINK].toSorted((a, b) => (a < b ? -1 : 1)))
  })

  it("removes everything of each upload that has not, and nothing else", async () => {
    expect(await test.registry.uploads.purge(new Date(Date.now() + SECOND))).toBe(3)
    expect(await test.keys()).toEqual([LINK])
  })

  it("counts the last byte, not the first", async () => {
    const before = new Date(Date.now() + SECOND)
    const { driver } = test
    const later = new Date(Date.now() + 2 * SECOND)
    async function* list(...args: Parameters<typeof driver.list>): ReturnType<typeof driver.list> {
      for await (const entry of driver.list(...args)) {
        yield entry.key === uploadPart(name, ours, 10) ? { ...entry, modified: later } : entry
      }
    }
    const { registry } = createTestRegistry({}, { ...driver, list })
    expect(await registry.uploads.purge(before)).toBe(2)
    expect((await test.keys()).filter((key) => key.startsWith(uploadRoot(name, ours)))).toHaveLength(3)
  })
})
