/**
 * What the suites about connections share: a driver of each cloud at an address.
 * @module
 */
import { createAzureDriver } from "../../../src/storage/azure/driver.ts"
import { createMemoryBudget } from "../../../src/storage/budget.ts"
import type { StorageDriver } from "../../../src/storage/driver.ts"
import { createGcsDriver } from "../../../src/storage/gcs/driver.ts"
import type { NetworkSettings } from "../../../src/storage/network.ts"
import { readProxies } from "../../../src/storage/proxies.ts"
import { createS3Driver } from "../../../src/storage/s3/driver.ts"
import { MiB } from "../../support/bytes.ts"

const KEYS = { accessKey: "AKIDEXAMPLE", secretKey: "secret" }
const ACCOUNT = { accountName: "testaccount", accountKey: "a2V5" }

export interface Place {
  readonly endpoint: string
  readonly network?: NetworkSettings
  readonly keys?: typeof KEYS
  readonly account?: typeof ACCOUNT
}

const shared = () => ({ budget: createMemoryBudget(32 * MiB), concurrency: 4 })

type Open = (place: Place) => Promise<StorageDriver>

/** Parts are small, so that a few megabytes are several requests. */
export const OPEN: Readonly<Record<"s3" | "gcs" | "azure", Open>> = {
  s3: async ({ keys = KEYS, ...place }) =>
    createS3Driver({ bucket: "images", region: "us-east-1", partSize: 5 * MiB, ...place, ...keys }, shared()),
  gcs: async (place) =>
    createGcsDriver({ bucket: "images", partSize: MiB, ...place, anonymous: true }, shared()),
  azure: ({ account = ACCOUNT, ...place }) =>
    createAzureDriver({ container: "images", partSize: 5 * MiB, ...place, ...account }, shared()),
}

export const CLOUDS = ["s3", "gcs", "azure"] as const

/** Everything through one proxy. */
export function via(url: string, more: Omit<NetworkSettings, "proxies"> = {}): NetworkSettings {
  return { proxies: readProxies({ HTTPS_PROXY: url, HTTP_PROXY: url }), ...more }
}
