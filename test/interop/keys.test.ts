import { describe, expect, it } from "vitest"
import { digestOf } from "../../src/oci/digest.ts"
import { layerLink } from "../../src/registry/layout.ts"
import { parseRepositoryName } from "../../src/oci/reference.ts"
import { describePairs, type Pair } from "../support/interop.ts"
import { PUSH_CLIENTS, type Push, type PushClient } from "../support/push-clients.ts"
import { serveRegistry, type ServeOptions } from "../support/served-registry.ts"
import { openSharedFolder, type SharedStore } from "../support/shared-store.ts"
import { startStockRegistry } from "../support/stock-registry.ts"
import { SAFER_PUSHES, stockPushes } from "./pushes.ts"

await describePairs("what we write is what a stock registry writes", (pair) => {
  describe.each<ServeOptions>([
    { scope: "store", publish: "on-put" },
    { scope: "repository", publish: "on-put" },
  ])("with all of the $scope in sight", (options) => {
    it("key by key and byte by byte", async () => {
      const pushes = stockPushes(pair)
      await using theirs = await openStockStore(pair)
      await using ours = await pair.openStore()
      await pushToStock(pair, theirs, pushes)
      await pushToOurs(ours, options, pushes)
      // Objects are compared, not directories: of those a stock registry leaves what it has emptied, such as `_uploads`.
      expect(await described(ours)).toEqual(await described(theirs))
      expect(await ours.unfinishedUploads()).toEqual([])
    })
  })

  it("but for the empty index, whose repository gets the layer link that collectors want", async () => {
    await using theirs = await openStockStore(pair)
    await using ours = await pair.openStore()
    const pushes = SAFER_PUSHES.filter(({ content }) => content.blobs.size === 0)
    await pushToStock(pair, theirs, pushes)
    await pushToOurs(ours, { scope: "store", publish: "on-put" }, pushes)
    const links = pushes.map(({ name, content }) => {
      return [layerLink(parseRepositoryName(name), content.root.digest), content.root.digest] as const
    })
    expect(await described(ours)).toEqual({ ...(await described(theirs)), ...Object.fromEntries(links) })
  })
})

/** A stock registry uploads to no emulator of Google's store: but keys and bytes are the same everywhere. */
function openStockStore({ kind, openStore }: Pair): Promise<SharedStore> {
  return kind === "GCS" ? openSharedFolder() : openStore()
}

interface ByClient extends Push {
  readonly by: PushClient
}

async function pushToStock(pair: Pair, store: SharedStore, pushes: readonly ByClient[]): Promise<void> {
  await using stock = await startStockRegistry(pair.version, store.storage)
  for (const push of pushes) await PUSH_CLIENTS[push.by](stock.address, push)
}

async function pushToOurs(
  store: SharedStore,
  options: ServeOptions,
  pushes: readonly ByClient[],
): Promise<void> {
  await using ours = await serveRegistry(store.driver, options)
  for (const push of pushes) await PUSH_CLIENTS[push.by](ours.address, push)
  expect(ours.errors).toEqual([])
}

/** Key → content, as a link if it is one and by its digest if not, so that a difference can be read. */
async function described(store: SharedStore): Promise<Record<string, string>> {
  const contents = [...(await store.contents())].map(([key, bytes]) => {
    return [key, key.endsWith("/link") ? bytes.toString("latin1") : digestOf(bytes)] as const
  })
  return Object.fromEntries(contents)
}
