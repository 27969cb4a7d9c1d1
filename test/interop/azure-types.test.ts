import { ContainerClient, StorageSharedKeyCredential } from "@azure/storage-blob"
import { afterAll, beforeAll, expect, it } from "vitest"
import { type RepositoryName, type Tag } from "../../src/oci/reference.ts"
import { tagCurrent } from "../../src/registry/layout.ts"
import { refusal } from "../storage/azure/setup.ts"
import { startAzurite } from "../support/azurite.ts"
import { cloudOf } from "../support/clouds/azure.ts"
import { type FaultPlan, type SeenRequest, startFaultProxy } from "../support/fault-proxy.ts"
import { describeUnless } from "../support/describe-unless.ts"
import { image, layerOf } from "../support/oci-content.ts"
import { programsMissing } from "../support/programs.ts"
import { differences, pushContent } from "../support/registry-client.ts"
import { type ServedRegistry, serveRegistry } from "../support/served-registry.ts"
import { type StockRegistry, startStockRegistry } from "../support/stock-registry.ts"

const BUCKET = "images"
const NAME = "team/app" as RepositoryName
const TAG = "v1" as Tag
const link = tagCurrent(NAME, TAG)
const [first, second, third] = ["first", "second", "third"].map((text) => image([layerOf(text)]))
if (!first || !second || !third) throw new TypeError("no content")

/**
 * Refuses what Azure refuses and Azurite does not: to replace a blob by one of another type.
 * @see https://learn.microsoft.com/rest/api/storageservices/put-blob#remarks
 */
function mindingTypes(): FaultPlan {
  const types = new Map<string, string>()
  return ({ method, url, headers }: SeenRequest) => {
    const [path, query] = placeOf(url)
    if (method === "DELETE") types.delete(path)
    const source = headers["x-ms-copy-source"]
    const type = query.includes("comp=blocklist")
      ? "BlockBlob"
      : typeof source === "string"
        ? types.get(placeOf(source)[0])
        : headers["x-ms-blob-type"]
    if (method !== "PUT" || typeof type !== "string") return undefined
    if ((types.get(path) ?? type) !== type) return refusal(409, "InvalidBlobType")
    types.set(path, type)
    return undefined
  }
}

/** Not all clients escape slashes. */
function placeOf(url: string): readonly [path: string, query: string] {
  const { pathname, search } = new URL(url, "http://localhost")
  return [decodeURIComponent(pathname), search]
}

describeUnless(await programsMissing(["registry"]), "types of blobs, minded as Azure does", () => {
  let container: ContainerClient
  let stock: StockRegistry
  let ours: ServedRegistry
  const opened = new AsyncDisposableStack()

  beforeAll(async () => {
    const server = opened.use(await startAzurite())
    const { accountName, accountKey } = server.account
    await server.createContainer(BUCKET)
    const proxy = opened.use(await startFaultProxy(server.endpoint))
    proxy.plan(mindingTypes())
    const credential = new StorageSharedKeyCredential(accountName, accountKey)
    container = new ContainerClient(`${proxy.url}/${accountName}/${BUCKET}`, credential)
    const cloud = cloudOf(server)
    const driver = opened.use(await cloud.openDriver({ bucket: BUCKET }, proxy.url))
    stock = opened.use(await startStockRegistry("3.1", cloud.storageOf({ bucket: BUCKET }, proxy.url)))
    ours = opened.use(await serveRegistry(driver, { scope: "store", publish: "on-put" }))
  })
  afterAll(() => opened.disposeAsync())

  it("a tag of ours is moved by registry 3.1.2, and one of its by us", async () => {
    for (const [registry, content] of [
      [ours, first],
      [stock, second],
      [ours, third],
      [stock, first],
    ] as const) {
      await pushContent(registry.address, NAME, TAG, content)
      for (const { address } of [ours, stock]) {
        expect(await differences(address, NAME, TAG, content)).toEqual([])
      }
    }
    expect(ours.errors).toEqual([])
  })

  it("a link that registry 3.0 or 3.1.1 has appended is read, and replaced by a block blob", async () => {
    const appended = container.getAppendBlobClient(link)
    // Why their pushes over our links fail.
    await expect(appended.create()).rejects.toMatchObject({ code: "InvalidBlobType" })
    await appended.delete()
    await appended.create()
    await appended.appendBlock(first.root.digest, first.root.digest.length)
    expect(await differences(ours.address, NAME, TAG, first)).toEqual([])
    await pushContent(ours.address, NAME, TAG, second)
    expect((await appended.getProperties()).blobType).toBe("BlockBlob")
    expect(await differences(stock.address, NAME, TAG, second)).toEqual([])
    expect(ours.errors).toEqual([])
  })
})
