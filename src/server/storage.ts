/**
 * The store of a server.
 * @module
 */
import { resolve } from "node:path"
import type { MemoryBudget } from "../storage/budget.ts"
import type { StorageDriver } from "../storage/driver.ts"
import type { Config } from "./config.ts"
import { assertReachable } from "./readiness.ts"

export interface StorageSurroundings {
  /** The folder that relative paths start from. */
  readonly cwd: string
  readonly budget: MemoryBudget
  readonly log?: (text: string) => void
}

/**
 * Opens it, once it has answered. A folder is made when something is written.
 * @throws StorageError, MissingOptionError
 */
export async function openStorage(
  { settings, storage }: Pick<Config, "settings" | "storage">,
  { cwd, budget, log }: StorageSurroundings,
): Promise<StorageDriver> {
  const { driver, location, options, proxyEnv } = storage
  const place = driver.container === "folder" ? resolve(cwd, location) : location
  const concurrency = settings["storage.concurrency"]
  const opened = await driver.open(place, options, { budget, concurrency, create: true, log, proxyEnv })
  try {
    await assertReachable(opened)
    return opened
  } catch (error) {
    await opened[Symbol.asyncDispose]()
    throw error
  }
}
