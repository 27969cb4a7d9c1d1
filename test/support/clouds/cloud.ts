/**
 * What tests need of a cloud's store: a server, a driver and a stock registry on it, and its objects as neither of them sees them.
 * @module
 */
import type { StorageDriver } from "../../../src/storage/driver.ts"
import { createMemoryBudget } from "../../../src/storage/budget.ts"
import { MiB } from "../bytes.ts"
import type { StockStorage } from "../stock-registry.ts"

export interface Cloud {
  readonly name: "s3" | "gcs" | "azure"
  /** Why there is no server to test against, and how to get one; undefined when there is one. In CI that is an error. */
  missing(): Promise<string | undefined>
  start(): Promise<CloudServer>
}

interface Place {
  readonly bucket: string
  /** Start of all names, in any form that users write. */
  readonly rootDir?: string
  /** Bytes of a part of a large object, for drivers. */
  readonly partSize?: number
}

export interface CloudServer extends AsyncDisposable {
  readonly endpoint: string
  /** Makes a bucket, or what stands for one. */
  createBucket(name: string): Promise<RawObjects>
  /** @param endpoint another than the server's own: of a proxy in between */
  openDriver(place: Place, endpoint?: string): Promise<StorageDriver>
  /** The same for a stock registry. */
  storageOf(place: Place, endpoint?: string): StockStorage
  /** What stands before every key. */
  nameStart(rootDir: string): string
}

/** A bucket's objects, under their full names. */
export interface RawObjects {
  names(): Promise<readonly string[]>
  read(name: string): Promise<Buffer>
  write(name: string, bytes: Buffer): Promise<void>
  delete(name: string): Promise<void>
  /** Names of uploads that were begun and neither finished nor aborted, where the store can tell. */
  unfinishedUploads(): Promise<readonly string[]>
}

/** What the drivers of all tests share with their process. */
export const resources = () => ({ budget: createMemoryBudget(64 * MiB), concurrency: 16 })
