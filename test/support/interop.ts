/**
 * The matrix of interoperability: each stock registry over each kind of store.
 * @module
 */
import { afterAll, beforeAll } from "vitest"
import { azure } from "./clouds/azure.ts"
import type { Cloud, CloudServer } from "./clouds/cloud.ts"
import { gcs } from "./clouds/gcs.ts"
import { s3 } from "./clouds/s3.ts"
import { describeUnless } from "./describe-unless.ts"
import { programsMissing } from "./programs.ts"
import { serveRegistry, type ServedRegistry, type ServeOptions } from "./served-registry.ts"
import { openSharedBucket } from "./shared-cloud.ts"
import { openSharedFolder, type SharedStore } from "./shared-store.ts"
import {
  type StockRegistry,
  type StockVersion,
  startStockRegistry,
  STOCK_PROGRAMS,
} from "./stock-registry.ts"

export interface Pair extends Combination {
  /** A new and empty store. */
  openStore(rootDirectory?: string): Promise<SharedStore>
}

interface Combination {
  readonly version: StockVersion
  readonly kind: keyof typeof KINDS
}

const KINDS = { folder: undefined, S3: s3, GCS: gcs, Azure: azure } as const

/** As packaged, 2.8 has no driver for Google's store, and on Azure it sees its own names only. */
const COMBINATIONS: readonly Combination[] = [
  { version: "2.8", kind: "folder" },
  { version: "2.8", kind: "S3" },
  { version: "3.1", kind: "folder" },
  { version: "3.1", kind: "S3" },
  { version: "3.1", kind: "GCS" },
  { version: "3.1", kind: "Azure" },
]

/**
 * One suite for each pair. Without the programs that it needs a suite is skipped, and it is said how to get them; where `CI` is
 * set that is a failure, since nobody would read it.
 */
export async function describePairs(title: string, suite: (pair: Pair) => void): Promise<void> {
  for (const { version, kind } of COMBINATIONS) {
    const cloud = KINDS[kind]
    const programs = await programsMissing([STOCK_PROGRAMS[version], "crane", "regctl"])
    describeUnless(programs ?? (await cloud?.missing()), `${title}: registry ${version}, ${kind}`, () =>
      suite({ version, kind, openStore: cloud ? useBuckets(cloud) : openSharedFolder }),
    )
  }
}

/** Buckets on one server, which lives as long as the suite that calls this. */
function useBuckets(cloud: Cloud): Pair["openStore"] {
  let server: CloudServer | undefined
  beforeAll(async () => {
    server = await cloud.start()
  })
  afterAll(() => server?.[Symbol.asyncDispose]())
  return async (rootDirectory) => {
    if (!server) throw new Error("the server runs in tests only")
    return openSharedBucket(server, rootDirectory)
  }
}

/** Both registries over one store. */
export interface Bench extends AsyncDisposable {
  readonly store: SharedStore
  readonly stock: StockRegistry
  readonly ours: ServedRegistry
  /** What a stock registry writes for these pushes is in the store when this returns. */
  pushToStock(push: (address: string) => Promise<unknown>): Promise<void>
}

export async function openBench(pair: Pair, options: ServeOptions, rootDirectory?: string): Promise<Bench> {
  await using opened = new AsyncDisposableStack()
  const store = opened.use(await pair.openStore(rootDirectory))
  const stock = opened.use(await startStockRegistry(pair.version, store.storage))
  const ours = opened.use(await serveRegistry(store.driver, options))
  const all = opened.move()
  return {
    store,
    stock,
    ours,
    async pushToStock(push) {
      if (pair.kind === "GCS") await copyFromFolder(pair.version, store, push)
      else await push(stock.address)
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}

/** For a store to which a stock registry uploads nothing in a test: it pushes into a folder, and the keys are copied. */
async function copyFromFolder(
  version: StockVersion,
  store: SharedStore,
  push: (address: string) => Promise<unknown>,
): Promise<void> {
  await using folder = await openSharedFolder()
  await using stock = await startStockRegistry(version, folder.storage)
  await push(stock.address)
  for (const [key, bytes] of await folder.contents()) await store.put(key, bytes)
}

/** A bench for all tests of the suite that calls this. */
export function useBench(pair: Pair, options: ServeOptions): () => Bench {
  let bench: Bench | undefined
  beforeAll(async () => {
    bench = await openBench(pair, options)
  })
  afterAll(() => bench?.[Symbol.asyncDispose]())
  return () => {
    if (!bench) throw new Error("the bench is open in tests only")
    return bench
  }
}
