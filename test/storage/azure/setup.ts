/**
 * What the Azure suites share.
 * @module
 */
import type { StorageDriver } from "../../../src/storage/driver.ts"
import { createAzureDriver } from "../../../src/storage/azure/driver.ts"
import type { AzureDriverOptions } from "../../../src/storage/azure/options.ts"
import { createMemoryBudget } from "../../../src/storage/budget.ts"
import { MiB } from "../../support/bytes.ts"
import type { Fault } from "../../support/fault-proxy.ts"

/** A driver with small blocks. */
export function openContainer(options: AzureDriverOptions): Promise<StorageDriver> {
  const shared = { budget: createMemoryBudget(32 * MiB), concurrency: 8 }
  return createAzureDriver({ partSize: 5 * MiB, ...options }, shared)
}

/** An answer as Azure gives it. */
export function refusal(status: number, code: string): Fault {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>The store's words.\nRequestId:1</Message></Error>`
  const headers = { "content-type": "application/xml", "x-ms-error-code": code, "x-ms-request-id": "1" }
  return { status, headers, body }
}
