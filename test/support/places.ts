/**
 * One store of every kind, that several drivers open as several processes would.
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { createFileDriver } from "../../src/storage/file.ts"
import type { Cloud } from "./clouds/cloud.ts"
import { CLOUDS } from "./clouds/clouds.ts"

export interface Place extends AsyncDisposable {
  openDriver(): Promise<StorageDriver>
  unfinishedUploads(): Promise<readonly string[]>
}

interface PlaceKind {
  readonly name: string
  /** Why there is no such store to test with, and how to get one; undefined when there is one. */
  missing(): Promise<string | undefined>
  open(): Promise<Place>
}

async function openFolder(): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), "oci-store-place-"))
  return {
    openDriver: async () => createFileDriver({ root, createRoot: false }),
    unfinishedUploads: async () => [],
    [Symbol.asyncDispose]: () => rm(root, { recursive: true }),
  }
}

async function openCloud(cloud: Cloud): Promise<Place> {
  const server = await cloud.start()
  const objects = await server.createBucket("shared")
  return {
    openDriver: () => server.openDriver({ bucket: "shared" }),
    unfinishedUploads: () => objects.unfinishedUploads(),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

export const PLACES: readonly PlaceKind[] = [
  { name: "folder", missing: async () => undefined, open: openFolder },
  ...CLOUDS.map((cloud) => ({
    name: cloud.name,
    missing: () => cloud.missing(),
    open: () => openCloud(cloud),
  })),
]
