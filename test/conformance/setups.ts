/**
 * Every kind of store, each time a new and empty one.
 * @module
 */
import type { StorageDriver } from "../../src/storage/driver.ts"
import { createMemoryDriver } from "../../src/storage/memory.ts"
import { serverMissing } from "../support/interop.ts"
import { programsMissing } from "../support/programs.ts"
import { STORES } from "../support/stores.ts"

interface OpenedStore extends AsyncDisposable {
  readonly driver: StorageDriver
}

export interface Setup {
  readonly on: string
  open(): Promise<OpenedStore>
  /** What is not there of what the store needs, and how to get it. */
  missing?(): Promise<string | undefined>
}

const [folder, s3, gcs, azure] = STORES

export const MEMORY: Setup = {
  on: "memory",
  async open() {
    const driver = createMemoryDriver()
    return { driver, [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose]() }
  },
}

export const S3: Setup = { on: "S3", open: () => s3.open(), missing: serverMissing }

export const SETUPS: readonly Setup[] = [
  MEMORY,
  { on: "a folder", open: folder.open },
  S3,
  { on: "GCS", open: gcs.open, missing: () => programsMissing(["fake-gcs-server"]) },
  { on: "Azure", open: azure.open },
]
