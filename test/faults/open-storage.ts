/**
 * A driver from what a process is told of a store: in the words of a stock registry, which are text.
 * @module
 */
import { createAzureDriver } from "../../src/storage/azure/driver.ts"
import type { MemoryBudget } from "../../src/storage/budget.ts"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { createFileDriver } from "../../src/storage/file.ts"
import { createGcsDriver } from "../../src/storage/gcs/driver.ts"
import { createS3Driver } from "../../src/storage/s3/driver.ts"
import type { StockStorage } from "../support/stock-registry.ts"

interface StorageOptions {
  readonly budget: MemoryBudget
  readonly concurrency: number
  readonly partSize: number
}

export async function openStorage(
  { driver, environment }: StockStorage,
  { budget, concurrency, partSize }: StorageOptions,
): Promise<StorageDriver> {
  const shared = { budget, concurrency }
  const text = (of: Readonly<Record<string, unknown>>, name: string): string => String(of[name])
  if ("filesystem" in driver)
    return createFileDriver({ root: driver.filesystem.rootdirectory, createRoot: false })
  if ("s3" in driver) {
    const { s3 } = driver
    const keys = { accessKey: text(s3, "accesskey"), secretKey: text(s3, "secretkey") }
    const place = {
      bucket: text(s3, "bucket"),
      region: text(s3, "region"),
      endpoint: text(s3, "regionendpoint"),
    }
    return createS3Driver({ ...place, ...keys, partSize }, shared)
  }
  if ("gcs" in driver) {
    const endpoint = `http://${environment?.["STORAGE_EMULATOR_HOST"]}`
    return createGcsDriver({ bucket: text(driver.gcs, "bucket"), endpoint, partSize }, shared)
  }
  const { azure } = driver
  const account = { accountName: text(azure, "accountname"), accountKey: text(azure, "accountkey") }
  const endpoint = new URL(text(azure, "serviceurl")).origin
  return createAzureDriver({ container: text(azure, "container"), endpoint, ...account, partSize }, shared)
}
