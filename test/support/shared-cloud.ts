/**
 * A bucket that our registry and a stock one work on in turn.
 * @module
 */
import { randomUUID } from "node:crypto"
import type { CloudServer } from "./clouds/cloud.ts"
import type { SharedStore } from "./shared-store.ts"

/** @param rootDir start of all keys, in any form that users write */
export async function openSharedBucket(server: CloudServer, rootDir = ""): Promise<SharedStore> {
  const place = { bucket: `shared-${randomUUID()}`, rootDir }
  const objects = await server.createBucket(place.bucket)
  const driver = await server.openDriver(place)
  const start = server.nameStart(rootDir)
  return {
    driver,
    storage: server.storageOf(place),
    async contents() {
      const contents = (await objects.names()).map(async (name): Promise<[string, Buffer]> => {
        return [name.slice(start.length), await objects.read(name)]
      })
      return new Map(await Promise.all(contents))
    },
    put: (key, bytes) => objects.write(start + key, bytes),
    async clear() {
      await Promise.all((await objects.names()).map((name) => objects.delete(name)))
    },
    async unfinishedUploads() {
      return (await objects.unfinishedUploads()).map((name) => name.slice(start.length))
    },
    [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose](),
  }
}
