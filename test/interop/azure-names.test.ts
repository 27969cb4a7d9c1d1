import { afterAll, beforeAll, expect, it } from "vitest"
import { pull } from "../../src/bridge/pull.ts"
import type { DockerEngine } from "../../src/docker/engine.ts"
import type { RepositoryName, Tag } from "../../src/oci/reference.ts"
import { createAzureDriver } from "../../src/storage/azure/driver.ts"
import { createMemoryBudget } from "../../src/storage/budget.ts"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { type Azurite, startAzurite } from "../support/azurite.ts"
import { cloudOf } from "../support/clouds/azure.ts"
import { type RawObjects, resources } from "../support/clouds/cloud.ts"
import { describeUnless } from "../support/describe-unless.ts"
import { image, layerOf } from "../support/oci-content.ts"
import { programsMissing } from "../support/programs.ts"
import { differences, pushContent } from "../support/registry-client.ts"
import { serveRegistry, type ServeOptions } from "../support/served-registry.ts"
import { openSharedFolder } from "../support/shared-store.ts"
import { startStockRegistry } from "../support/stock-registry.ts"
import { CLASSIC } from "../unit/docker/fake-connection.ts"

const container = "images"
const NAME = "team/app" as RepositoryName
const TAG = "v1" as Tag
const OPTIONS: ServeOptions = { scope: "repository", publish: "on-put" }
const content = image([layerOf("under a name with a slash")])

/** No emulator runs under 2.8's own driver; but its names are those of its folders, with a slash before them. */
describeUnless(
  await programsMissing(["docker-registry"]),
  "names as registry 2.8 gives them on Azure",
  () => {
    let server: Azurite
    let objects: RawObjects
    const theirs = new Map<string, Buffer>()

    const open = (legacyNames: boolean): Promise<StorageDriver> =>
      createAzureDriver({ container, endpoint: server.endpoint, ...server.account, legacyNames }, resources())

    beforeAll(async () => {
      server = await startAzurite()
      objects = await cloudOf(server).createBucket(container)
      await using folder = await openSharedFolder()
      await using stock = await startStockRegistry("2.8", folder.storage)
      await pushContent(stock.address, NAME, TAG, content)
      for (const [key, bytes] of await folder.contents()) theirs.set(`/${key}`, bytes)
    })
    afterAll(() => server?.[Symbol.asyncDispose]())

    it("are what we write when asked to", async () => {
      await using driver = await open(true)
      await using ours = await serveRegistry(driver, OPTIONS)
      await pushContent(ours.address, NAME, TAG, content)
      const names = await objects.names()
      expect(names.toSorted()).toEqual([...theirs.keys()].toSorted())
      for (const name of names) {
        expect((await objects.read(name)).equals(theirs.get(name) ?? Buffer.alloc(0))).toBe(true)
        await objects.delete(name)
      }
    })

    it("are what we read when asked to, and otherwise hint at", async () => {
      for (const [name, bytes] of theirs) await objects.write(name, bytes)
      await using legacy = await open(true)
      await using ours = await serveRegistry(legacy, OPTIONS)
      expect(await differences(ours.address, NAME, TAG, content)).toEqual([])
      expect(ours.errors).toEqual([])

      await using driver = await open(false)
      await expect(pullFrom(driver)).rejects.toMatchObject({
        code: "TAG_ABSENT",
        message:
          "There is no tag 'v1' of 'team/app': the store has no repository 'team/app'. The container images holds names with a slash at the start, as registry 2.8 writes them: pass --azure-legacy-names to read those.",
      })
    })
  },
)

/** As far as the tag: no daemon is asked before. */
function pullFrom(driver: StorageDriver): Promise<unknown> {
  const engine = { info: CLASSIC } as DockerEngine
  const image = { repository: NAME, tag: TAG }
  const transfer = { driver, engine, budget: createMemoryBudget(1024 * 1024), tempDir: "" }
  return pull({ ...transfer, name: NAME, reference: { tag: TAG }, image })
}
