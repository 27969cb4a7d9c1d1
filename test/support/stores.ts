/**
 * The stores that the end-to-end tests push to, as a user addresses them.
 * @module
 */
import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createFileDriver } from "../../src/storage/file.ts"
import type { StorageDriver } from "../../src/storage/driver.ts"

export interface TestStore {
  readonly name: string
  /** Everything before `push` and the reference. */
  readonly backend: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** The reference of an image in it. */
  reference(path: string): string
  /** Looks at the store from outside. */
  readonly driver: StorageDriver
  /** Unfinished uploads, temporary files. */
  leftovers(): Promise<readonly string[]>
  stop(): Promise<void>
}

export async function folderStore(): Promise<TestStore> {
  const root = await mkdtemp(join(tmpdir(), "oci-store-e2e-"))
  return {
    name: "file",
    backend: ["file"],
    env: {},
    reference: (path) => `${root}//${path}`,
    driver: createFileDriver({ root, createRoot: false }),
    leftovers: async () =>
      (await readdir(root, { recursive: true })).filter((name) => /\.tmp$|_uploads\/./.test(name)),
    stop: () => rm(root, { recursive: true }),
  }
}

/** Every blob in a store, with its size: what a push must not send twice. */
export async function blobsOf({ driver }: TestStore): Promise<readonly string[]> {
  const blobs: string[] = []
  for await (const { key, modified } of driver.list("docker/registry/v2/blobs/")) {
    blobs.push(`${key} ${modified?.toISOString()}`)
  }
  return blobs
}

export const STORES = [{ name: "file", open: folderStore }] as const
