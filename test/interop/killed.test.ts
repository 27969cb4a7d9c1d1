import { afterEach, expect, it } from "vitest"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { describePairs, useBench } from "../support/interop.ts"
import { image, layerOf } from "../support/oci-content.ts"
import { differences, manifestStatus, pushContent } from "../support/registry-client.ts"
import { serveRegistry, type ServeOptions } from "../support/served-registry.ts"
import { collectGarbage } from "../support/stock-registry.ts"

const OPTIONS: ServeOptions = { scope: "store", publish: "on-put" }
const [NAME, TAG] = ["killed/app", "v1"]
const content = image([layerOf("a layer"), layerOf("another layer")])
const healthy = image([layerOf("a healthy neighbour")])
/** Data and link of three blobs; manifest, its link, and two of the tag. */
const WRITES = 10

/** What a process leaves in the store that is killed after so many writes: it writes no more, and cleans nothing up. */
function killedAfter(writes: number, driver: StorageDriver): StorageDriver {
  let left = writes
  const unlessKilled = (): void => {
    if (left === 0) throw new Error("killed")
    left -= 1
  }
  return {
    ...driver,
    async write(...args) {
      unlessKilled()
      return driver.write(...args)
    },
    async createUpload(...args) {
      unlessKilled()
      return driver.createUpload(...args)
    },
    delete: () => Promise.reject(new Error("killed")),
    move: () => Promise.reject(new Error("killed")),
  }
}

await describePairs("a push that is killed", (pair) => {
  const bench = useBench(pair, OPTIONS)
  afterEach(() => bench().store.clear())

  /** By a process of its own: it remembers nothing of what another has done. */
  const push = async (driver: StorageDriver, name = NAME, pushed = content): Promise<void> => {
    await using ours = await serveRegistry(driver, OPTIONS)
    await pushContent(ours.address, name, TAG, pushed)
  }

  it.each(Array.from({ length: WRITES }, (_, writes) => ({ writes })))(
    "after $writes writes harms nobody, and a second one completes it",
    async ({ writes }) => {
      const { stock, store } = bench()
      await push(store.driver, "healthy", healthy)
      await expect(push(killedAfter(writes, store.driver))).rejects.toThrow()

      const { code, said } = await collectGarbage(pair.version, store.storage, { untagged: false })
      expect(code, said).toBe(0)
      expect(await differences(stock.address, "healthy", TAG, healthy)).toEqual([])
      const tagged = (await manifestStatus(stock.address, NAME, TAG)) === 200
      expect(tagged ? await differences(stock.address, NAME, TAG, content) : []).toEqual([])

      await push(store.driver)
      expect(await differences(stock.address, NAME, TAG, content)).toEqual([])
    },
  )

  it(`takes ${WRITES} writes that are not`, async () => {
    const { stock, store } = bench()
    await push(killedAfter(WRITES, store.driver))
    expect(await differences(stock.address, NAME, TAG, content)).toEqual([])
  })
})
