/**
 * A registry that lives as long as one transfer: on the loopback interface, on a free port, behind credentials that nobody else
 * has and that are worth nothing a moment later.
 * @module
 */
import { randomBytes } from "node:crypto"
import { createApp } from "../http/app.ts"
import type { AccessLine } from "../http/middleware/access-log.ts"
import type { Credentials } from "../http/middleware/auth.ts"
import { listen } from "../http/listen.ts"
import type { RepositoryName } from "../oci/reference.ts"
import { fatal } from "./fatal.ts"
import { createRegistry, type Registry } from "../registry/registry.ts"
import type { OnBlobEvent } from "../registry/events.ts"
import type { MemoryBudget } from "../storage/budget.ts"
import type { StorageDriver } from "../storage/driver.ts"

export interface EphemeralOptions {
  /** The only repositories that can be seen. */
  readonly repositories: readonly RepositoryName[]
  /** `pull`: nothing can be written. `push`: nothing can be deleted, and tags are held until the owner publishes them. */
  readonly access: "pull" | "push"
  /** Everything is written again, whatever the store has. */
  readonly rewrite?: boolean
  /** A tag that is there is never moved. */
  readonly immutableTags?: boolean
  readonly budget: MemoryBudget
  readonly tempDir?: string | undefined
  readonly onBlob?: OnBlobEvent
  readonly onWarning?: (text: string) => void
  readonly onRequest?: (line: AccessLine) => void
}

export interface EphemeralRegistry extends AsyncDisposable {
  /** Host and port, as they stand in an image name. */
  readonly address: string
  readonly credentials: Credentials
  readonly registry: Registry
  /** Aborted by the first failure that makes it pointless to go on, which is its reason: what a daemon makes of it says less. */
  readonly failed: AbortSignal
}

/** Accepts connections when this returns. Disposing of it waits until everything unfinished at the store is undone. */
export async function createEphemeralRegistry(
  driver: StorageDriver,
  options: EphemeralOptions,
): Promise<EphemeralRegistry> {
  const { budget, tempDir, onBlob, onWarning, onRequest, access } = options
  const visible = new Set(options.repositories)
  const credentials = { username: "oci-store", password: randomBytes(24).toString("base64url") }
  const failed = new AbortController()
  const registry = createRegistry(driver, {
    scope: "store",
    publish: "held",
    rewrite: options.rewrite ?? false,
    immutableTags: options.immutableTags ?? false,
    budget,
    tempDir,
    onBlob,
    onWarning,
  })
  const app = createApp({
    registry,
    credentials,
    access: (name, action) => visible.has(name) && (action === "pull" || action === access),
    onError: (error) => {
      const reason = fatal(error, access)
      if (reason) failed.abort(reason)
    },
    ...(onRequest && { log: onRequest }),
  })
  const listening = await listen(app)
  return {
    // Not `localhost`: daemons have been seen to try [::1] first.
    address: `${listening.address}:${listening.port}`,
    credentials,
    registry,
    failed: failed.signal,
    async [Symbol.asyncDispose]() {
      await listening.close(0)
      await registry[Symbol.asyncDispose]()
    },
  }
}
