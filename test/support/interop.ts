/**
 * The matrix of interoperability: each stock registry over each kind of store.
 * @module
 */
import { afterAll, beforeAll, describe } from "vitest"
import { programsMissing } from "./programs.ts"
import { serveRegistry, type ServedRegistry, type ServeOptions } from "./served-registry.ts"
import { openSharedBucket } from "./shared-bucket.ts"
import { openSharedFolder, type SharedStore } from "./shared-store.ts"
import {
  type StockRegistry,
  type StockVersion,
  startStockRegistry,
  STOCK_PROGRAMS,
} from "./stock-registry.ts"
import { findVersitygw, INSTALL, startVersitygw, type Versitygw } from "./versitygw.ts"

export interface Pair {
  readonly version: StockVersion
  readonly kind: StoreKind
  /** A new and empty store. */
  openStore(rootDirectory?: string): Promise<SharedStore>
}

type StoreKind = "folder" | "S3"

const VERSIONS: readonly StockVersion[] = ["2.8", "3.1"]

/**
 * One suite for each pair. Without the programs that it needs a suite is skipped, and it is said how to get them; where `CI` is
 * set that is a failure, since nobody would read it.
 */
export async function describePairs(title: string, suite: (pair: Pair) => void): Promise<void> {
  for (const version of VERSIONS) {
    for (const kind of ["folder", "S3"] as const) {
      const missing = await missingFor(version, kind)
      describeUnless(missing, `${title}: registry ${version}, ${kind}`, () =>
        suite({ version, kind, openStore: kind === "S3" ? useBuckets() : openSharedFolder }),
      )
    }
  }
}

const told = new Set<string>()

/** A suite that something may be missing for: `missing` says what, and how to get it. */
export function describeUnless(missing: string | undefined, title: string, suite: () => void): void {
  if (missing === undefined) return void describe(title, suite)
  if (process.env["CI"]) throw new Error(missing)
  // Beside the title, which is not shown where all of a file is skipped.
  if (!told.has(missing)) console.warn(`skipped: ${missing}`)
  told.add(missing)
  describe.skip(`${title} (skipped: ${missing})`, suite)
}

async function missingFor(version: StockVersion, kind: StoreKind): Promise<string | undefined> {
  const programs = await programsMissing([STOCK_PROGRAMS[version], "crane", "regctl"])
  return kind === "S3" ? (programs ?? (await serverMissing())) : programs
}

/** Why there is no S3 server to test against; undefined when there is one. */
export async function serverMissing(): Promise<string | undefined> {
  return (await findVersitygw()) === undefined ? `no versitygw: ${INSTALL}` : undefined
}

/** Buckets on one server, which lives as long as the suite that calls this. */
function useBuckets(): Pair["openStore"] {
  let server: Versitygw | undefined
  beforeAll(async () => {
    server = await startVersitygw((await findVersitygw()) ?? "")
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
}

export async function openBench(pair: Pair, options: ServeOptions, rootDirectory?: string): Promise<Bench> {
  await using opened = new AsyncDisposableStack()
  const store = opened.use(await pair.openStore(rootDirectory))
  const stock = opened.use(await startStockRegistry(pair.version, store.storage))
  const ours = opened.use(await serveRegistry(store.driver, options))
  const all = opened.move()
  return { store, stock, ours, [Symbol.asyncDispose]: () => all.disposeAsync() }
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
