import { setImmediate } from "node:timers/promises"
import { expect, test } from "vitest"
import { digestOf } from "../../../src/oci/digest.ts"
import { StorageError } from "../../../src/storage/driver.ts"
import { createMemoryDriver } from "../../../src/storage/memory.ts"
import type { RepositoryName } from "../../../src/oci/reference.ts"
import { blobData, layerLink } from "../../../src/registry/layout.ts"
import { chunksOf, collect } from "../../support/bytes.ts"
import { createTestRegistry } from "../../support/registry.ts"

const NAME = "app" as RepositoryName
const [first, second] = [Buffer.alloc(100_000, "1"), Buffer.alloc(100_000, "2")]

test("a blob whose link fails while its bytes are on their way is stored with its own bytes, or not at all", async () => {
  const store = createMemoryDriver()
  const begun = Promise.withResolvers<void>()
  const { registry } = createTestRegistry(
    {},
    {
      ...store,
      async write(key, bytes, options) {
        if (key === layerLink(NAME, digestOf(first)))
          throw new StorageError("UNAVAILABLE", "The link failed.", { driver: "memory" })
        // As a slow store does, or a request that is made again.
        if (key === blobData(digestOf(first))) await begun.promise
        return store.write(key, bytes, options)
      },
    },
  )
  const push = async (bytes: Buffer): Promise<void> => {
    const session = await registry.uploads.create(NAME)
    await session.append({ source: chunksOf(bytes) })
    await session.commit(digestOf(bytes), { source: chunksOf() })
  }

  const failing = push(first).catch((error: unknown) => error)
  for (let turns = 0; turns < 10; turns += 1) await setImmediate()
  await push(second)
  begun.resolve()
  expect(await failing).toMatchObject({ code: "UNAVAILABLE" })
  await setImmediate()

  const stored = await collect((await store.read(blobData(digestOf(first)))).body)
  expect(digestOf(stored)).toBe(digestOf(first))
})
