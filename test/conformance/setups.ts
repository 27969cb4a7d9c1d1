/**
 * Every kind of store, each time a new and empty one.
 * @module
 */
import type { StorageDriver } from "../../src/storage/driver.ts"
import { createMemoryDriver } from "../../src/storage/memory.ts"
import { azure } from "../support/clouds/azure.ts"
import type { Cloud } from "../support/clouds/cloud.ts"
import { gcs } from "../support/clouds/gcs.ts"
import { s3 } from "../support/clouds/s3.ts"
import { openSharedBucket } from "../support/shared-cloud.ts"
import { openSharedFolder } from "../support/shared-store.ts"

interface OpenedStore extends AsyncDisposable {
  readonly driver: StorageDriver
}

export interface Setup {
  readonly on: string
  open(): Promise<OpenedStore>
  /** What is not there of what the store needs, and how to get it. */
  missing?(): Promise<string | undefined>
}

export const MEMORY: Setup = {
  on: "memory",
  async open() {
    const driver = createMemoryDriver()
    return { driver, [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose]() }
  },
}

export const S3 = bucketOf("S3", s3)

export const SETUPS: readonly Setup[] = [
  MEMORY,
  { on: "a folder", open: () => openSharedFolder() },
  S3,
  bucketOf("GCS", gcs),
  bucketOf("Azure", azure),
]

function bucketOf(on: string, cloud: Cloud): Setup {
  return {
    on,
    missing: cloud.missing,
    async open() {
      await using opened = new AsyncDisposableStack()
      const { driver } = opened.use(await openSharedBucket(opened.use(await cloud.start())))
      const all = opened.move()
      return { driver, [Symbol.asyncDispose]: () => all.disposeAsync() }
    },
  }
}
