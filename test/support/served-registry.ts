/**
 * Our registry behind a socket, for clients that are programs.
 * @module
 */
import { tmpdir } from "node:os"
import { createApp } from "../../src/http/app.ts"
import { toRegistryError } from "../../src/http/error-response.ts"
import { listen } from "../../src/http/listen.ts"
import type { RegistryOptions } from "../../src/registry/context.ts"
import { createRegistry, type Registry } from "../../src/registry/registry.ts"
import { createMemoryBudget } from "../../src/storage/budget.ts"
import type { StorageDriver } from "../../src/storage/driver.ts"

export interface ServedRegistry extends AsyncDisposable {
  /** Host and port. */
  readonly address: string
  readonly registry: Registry
  /** Failures that were the registry's own. */
  readonly errors: readonly Error[]
}

export type ServeOptions = Pick<RegistryOptions, "scope" | "publish" | "rewrite" | "sessions" | "redirect">

export async function serveRegistry(driver: StorageDriver, options: ServeOptions): Promise<ServedRegistry> {
  const registry = createRegistry(driver, {
    ...options,
    budget: createMemoryBudget(64 * 1024 * 1024),
    tempDir: tmpdir(),
  })
  const errors: Error[] = []
  const onError = (error: Error): void => {
    if (toRegistryError(error).status >= 500) errors.push(error)
  }
  const listening = await listen(createApp({ registry, onError }))
  return {
    address: `${listening.address}:${listening.port}`,
    registry,
    errors,
    async [Symbol.asyncDispose]() {
      await listening.close(0)
      await registry[Symbol.asyncDispose]()
    },
  }
}
