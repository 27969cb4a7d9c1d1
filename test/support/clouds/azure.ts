/**
 * Azure Blob Storage, as Azurite serves it.
 * @module
 */
import type { ContainerClient } from "@azure/storage-blob"
import { createAzureDriver } from "../../../src/storage/azure/driver.ts"
import { nameStart } from "../../../src/storage/azure/names.ts"
import { type Azurite, startAzurite } from "../azurite.ts"
import { type Cloud, type CloudServer, type RawObjects, resources } from "./cloud.ts"

export const azure: Cloud = {
  name: "azure",
  missing: async () => undefined, // comes with the development dependencies
  start: async () => cloudOf(await startAzurite()),
}

export function cloudOf(server: Azurite): CloudServer {
  const { endpoint, account } = server
  const { accountName, accountKey } = account
  return {
    endpoint,
    createBucket: async (container) => objectsOf(await server.createContainer(container)),
    openDriver: ({ bucket: container, ...place }, at = endpoint) =>
      createAzureDriver({ ...place, container, endpoint: at, ...account }, resources()),
    storageOf: ({ bucket: container, rootDir = "" }, at = endpoint) => ({
      driver: {
        azure: {
          accountname: accountName,
          accountkey: accountKey,
          container,
          rootdirectory: rootDir,
          serviceurl: `${at}/${accountName}`,
          credentials: { type: "shared_key" },
        },
      },
    }),
    nameStart: (rootDir) => nameStart({ rootDir }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

function objectsOf(container: ContainerClient): RawObjects {
  return {
    async names() {
      const names: string[] = []
      for await (const { name } of container.listBlobsFlat()) names.push(name)
      return names
    },
    read: (name) => container.getBlobClient(name).downloadToBuffer(),
    async write(name, bytes) {
      await container.getBlockBlobClient(name).upload(bytes, bytes.byteLength)
    },
    async delete(name) {
      await container.deleteBlob(name)
    },
    unfinishedUploads: async () => [], // uncommitted blocks are the service's to drop
  }
}
