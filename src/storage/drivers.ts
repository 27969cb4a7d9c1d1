/**
 * The only list of drivers. Flags, environment variables, help and documentation of each are derived from it; a driver's code,
 * and with it a cloud's SDK, is loaded when one is opened.
 * @module
 */
import { AZURE_DIAGNOSIS } from "./azure-diagnosis.ts"
import { AZURE_OPTIONS } from "./azure-options.ts"
import type { MemoryBudget } from "./budget.ts"
import type { Diagnosis } from "./diagnosis.ts"
import type { StorageDriver } from "./driver.ts"
import { GCS_DIAGNOSIS } from "./gcs-diagnosis.ts"
import { GCS_OPTIONS } from "./gcs-options.ts"
import { readNetwork } from "./network-settings.ts"
import { type DriverOption, numberOf, type OptionValues } from "./option.ts"
import type { ProxyEnvironment } from "./proxies.ts"
import { S3_DIAGNOSIS } from "./s3-diagnosis.ts"
import { S3_OPTIONS } from "./s3-options.ts"

export type { DriverOption, OptionRange, OptionValues } from "./option.ts"

/** What drivers share with the rest of the process. */
export interface DriverResources {
  readonly budget: MemoryBudget
  /** Requests at once. Defaults to 16. */
  readonly concurrency?: number | undefined
  /** Whether a missing container may be made. Only folders ever are. */
  readonly create: boolean
  /** Proxies on the way to a cloud: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, in either case. Defaults to none. */
  readonly proxyEnv?: ProxyEnvironment | undefined
  /** Told what an operator may want to know, such as retries. */
  readonly log?: ((message: string) => void) | undefined
}

export interface DriverEntry {
  readonly name: string
  /** What a location of this backend is called. */
  readonly container: "bucket" | "container" | "folder"
  /** Schemes of its URLs, without the colon. */
  readonly schemes: readonly string[]
  readonly describe: string
  readonly options: readonly DriverOption[]
  /**
   * @param location the bucket's name or the folder's path
   * @throws OptionError
   */
  open(location: string, options: OptionValues, shared: DriverResources): Promise<StorageDriver>
  readonly diagnosis?: Diagnosis
}

const CONCURRENCY = 16

export const DRIVERS: readonly DriverEntry[] = [
  {
    name: "s3",
    container: "bucket",
    schemes: ["s3"],
    describe: "AWS S3 and everything that speaks its protocol",
    options: S3_OPTIONS,
    async open(location, options, { budget, concurrency = CONCURRENCY, log, proxyEnv = {} }) {
      const network = await readNetwork(S3_OPTIONS, options, proxyEnv)
      const { openS3 } = await import("./s3/open.ts")
      return openS3(location, options, { budget, concurrency, log }, network)
    },
    diagnosis: S3_DIAGNOSIS,
  },
  {
    name: "gcs",
    container: "bucket",
    schemes: ["gs", "gcs"],
    describe: "Google Cloud Storage",
    options: GCS_OPTIONS,
    async open(location, options, shared) {
      const { budget, concurrency = numberOf(options, "maxconcurrency") ?? CONCURRENCY, log } = shared
      const network = await readNetwork(GCS_OPTIONS, options, shared.proxyEnv ?? {})
      const { openGcs } = await import("./gcs/open.ts")
      return openGcs(location, options, { budget, concurrency, log }, network)
    },
    diagnosis: GCS_DIAGNOSIS,
  },
  {
    name: "azure",
    container: "container",
    schemes: ["azblob"],
    describe: "Azure Blob Storage",
    options: AZURE_OPTIONS,
    async open(location, options, { budget, concurrency = CONCURRENCY, log, proxyEnv = {} }) {
      const network = await readNetwork(AZURE_OPTIONS, options, proxyEnv)
      const { openAzure } = await import("./azure/open.ts")
      return openAzure(location, options, { budget, concurrency, log }, network)
    },
    diagnosis: AZURE_DIAGNOSIS,
  },
  {
    name: "file",
    container: "folder",
    schemes: ["file"],
    describe: "A folder on this computer or a network share",
    options: [],
    async open(location, _options, { create }) {
      const { createFileDriver } = await import("./file.ts")
      return createFileDriver({ root: location, createRoot: create })
    },
  },
]
