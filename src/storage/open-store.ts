/**
 * A store by its URL, for programs: what the command line does with backend, reference and flags.
 * @module
 */
import { fileURLToPath } from "node:url"
import { createMemoryBudget, type MemoryBudget } from "./budget.ts"
import type { StorageDriver } from "./driver.ts"
import { type DriverEntry, type DriverResources, DRIVERS, type OptionValues } from "./drivers.ts"

/** What `push`, `pull` and `createRegistry` need of a store. Disposing of it closes connections; it deletes nothing. */
export interface OpenStore extends AsyncDisposable {
  readonly driver: StorageDriver
  readonly budget: MemoryBudget
}

export interface OpenStoreOptions extends Partial<Omit<DriverResources, "budget">> {
  /** By the names of the command line's flags, without dashes: `{ region: "eu-central-1", "root-dir": "production" }`. */
  readonly settings?: OptionValues
  /** Bytes in flight at most. Defaults to 96 MiB. */
  readonly memory?: number
}

const MEMORY = 96 * 1024 * 1024

/**
 * Opens a bucket, a container or a folder; reads no flags and, apart from what the clouds' SDKs do to sign in, no environment.
 *
 * @param url `s3://bucket`, `gs://bucket`, `azblob://container` or `file:///folder`
 * @throws TypeError for another URL
 * @throws MissingOptionError for a setting that the backend cannot do without
 */
export async function openStore(url: string, options: OpenStoreOptions = {}): Promise<OpenStore> {
  const { settings = {}, memory = MEMORY, create = false, concurrency, log } = options
  const [entry, location] = resolve(url)
  const budget = createMemoryBudget(memory)
  const driver = await entry.open(location, settings, { budget, create, concurrency, log })
  return { driver, budget, [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose]() }
}

function resolve(url: string): [entry: DriverEntry, location: string] {
  const { protocol, host, pathname } = URL.parse(url) ?? { protocol: "", host: "", pathname: "" }
  const entry = DRIVERS.find(({ schemes }) => schemes.includes(protocol.slice(0, -1)))
  if (entry?.container === "folder") return [entry, fileURLToPath(url)]
  if (entry && host !== "" && /^\/?$/.test(pathname)) return [entry, host]
  const known = DRIVERS.map(({ schemes, container }) =>
    container === "folder" ? `${schemes[0]}:///folder` : `${schemes[0]}://${container}`,
  )
  throw new TypeError(`'${url}' is the URL of no store. Expected: ${known.join(", ")}`)
}
