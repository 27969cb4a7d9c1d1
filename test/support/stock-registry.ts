/**
 * Stock registries: CNCF Distribution 2.8 and 3.1, as people run them, over a store that is ours too.
 * @see https://distribution.github.io/distribution/about/configuration/
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { type Finished, pathOf, type Program, run } from "./programs.ts"

export type StockVersion = "2.8" | "3.1"

export const STOCK_PROGRAMS = {
  "2.8": "docker-registry",
  "3.1": "registry",
} as const satisfies Record<StockVersion, Program>

export interface StockStorage {
  /** The `storage` section's driver, in Distribution's own words. */
  readonly driver:
    | { readonly filesystem: { readonly rootdirectory: string } }
    | { readonly s3: Readonly<Record<string, string | boolean>> }
    | { readonly gcs: Readonly<Record<string, string>> }
    | { readonly azure: Readonly<Record<string, string | object>> }
  /** Whether it remembers blobs, as its example configurations have it; else each answer comes from the store. */
  readonly isCached?: boolean
  /** What cannot be said there. */
  readonly environment?: Readonly<Record<string, string>>
}

export interface StockRegistry extends AsyncDisposable {
  readonly version: StockVersion
  /** Host and port. */
  readonly address: string
}

/**
 * What the programs see of our environment: nothing. Distribution reads its configuration from there too, 2.8 panics over S3
 * where AWS_CA_BUNDLE is set, and 3.1 would look for a collector of traces.
 */
const ENVIRONMENT = { OTEL_TRACES_EXPORTER: "none" }

/** Milliseconds until a registry that has not said that it listens is given up. */
const START_LIMIT = 20_000

/** Accepts connections when this returns. */
export async function startStockRegistry(
  version: StockVersion,
  storage: StockStorage,
): Promise<StockRegistry> {
  const config = await writeConfig(storage)
  const child = spawn(await pathOf(STOCK_PROGRAMS[version]), ["serve", config.path], {
    env: { ...ENVIRONMENT, ...storage.environment },
    stdio: ["ignore", "ignore", "pipe"],
  })
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill()) await once(child, "exit")
    await config[Symbol.asyncDispose]()
  }
  try {
    return { version, address: await listeningAddress(child), [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}

export interface CollectOptions {
  /** `-m`: manifests without a tag go too. */
  readonly untagged: boolean
}

/** Runs `garbage-collect`. Nothing may be written meanwhile. */
export async function collectGarbage(
  version: StockVersion,
  storage: StockStorage,
  { untagged }: CollectOptions,
): Promise<Finished> {
  await using config = await writeConfig(storage)
  const flags = untagged ? ["--delete-untagged"] : []
  return await run(STOCK_PROGRAMS[version], ["garbage-collect", ...flags, config.path], {
    env: { ...ENVIRONMENT, ...storage.environment },
  })
}

interface ConfigFile extends AsyncDisposable {
  readonly path: string
}

async function writeConfig({ driver, isCached = false }: StockStorage): Promise<ConfigFile> {
  const directory = await mkdtemp(join(tmpdir(), "stock-registry-"))
  const path = join(directory, "config.yml")
  const config = {
    version: "0.1",
    log: { level: "info", accesslog: { disabled: true } },
    storage: {
      ...driver,
      ...(isCached && { cache: { blobdescriptor: "inmemory" } }),
      delete: { enabled: true },
      redirect: { disable: true },
    },
    http: { addr: "127.0.0.1:0" },
  }
  await writeFile(path, JSON.stringify(config)) // JSON is YAML
  return { path, [Symbol.asyncDispose]: () => rm(directory, { recursive: true }) }
}

/** Of the log line by which a registry says that its socket is bound, and where. The rest of the log is read and dropped. */
async function listeningAddress({ stderr }: ChildProcess): Promise<string> {
  if (!stderr) throw new TypeError("the log is not piped")
  const lines: string[] = []
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`the registry ${why}: ${lines.join("\n")}`))
    const timer = setTimeout(() => fail("did not start in time"), START_LIMIT)
    createInterface(stderr)
      .on("line", (line) => {
        lines.push(line)
        const address = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1]
        if (address === undefined) return
        clearTimeout(timer)
        resolve(address)
      })
      .on("close", () => {
        clearTimeout(timer)
        fail("ended")
      })
  })
}
