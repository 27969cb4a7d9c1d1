/**
 * What the parts of one registry share: where it keeps things, what it may assume, what it remembers.
 * @module
 */
import type { MemoryBudget } from "../storage/budget.ts"
import type { StorageDriver } from "../storage/driver.ts"
import type { OnBlobEvent } from "./events.ts"
import type { RegistryMemory } from "./memory.ts"

/**
 * Where a client is to read the object under a key itself; undefined: through this registry.
 * @param size bytes
 */
export type Redirect = (key: string, size: number, signal?: AbortSignal) => Promise<URL | undefined>

export interface RegistryOptions {
  /**
   * Where a blob counts as present. `store`: anywhere in the bucket, since whoever runs us owns it all; the repository's link
   * is then owed, and written before a manifest needs it. `repository`: where that repository links it, as among several users.
   */
  readonly scope: "store" | "repository"
  /** `held`: tags are kept in memory until they are published. `on-put`: a tag moves when its manifest is put. */
  readonly publish: "held" | "on-put"
  /**
   * With the scope `store`: everything is written again, in place of whatever the store has under its key. Clients are told that
   * there is nothing but what they have just sent.
   */
  readonly rewrite?: boolean
  /** A tag that is there is never moved: to put what it names is success, anything else an error. */
  readonly immutableTags?: boolean
  /**
   * Whether a manifest with a subject is put on that one's list of referrers. Left out: where `scope` is `repository`; elsewhere
   * clients keep the list themselves, as they do at a stock registry.
   */
  readonly keepsReferrers?: boolean
  /** Told in whole sentences what an operator should know although everything goes on. */
  readonly onWarning?: ((text: string) => void) | undefined
  /**
   * Where uploads live until they are complete. `memory`: with this process, to which the client must come back. `stored`: in the
   * store, so that any of several replicas goes on with them, and so does this one after a restart.
   */
  readonly sessions?: "memory" | "stored"
  readonly budget: MemoryBudget
  /** Directory for layers whose digest is not known before their last byte. Defaults to the system's. */
  readonly tempDir?: string | undefined
  readonly onBlob?: OnBlobEvent | undefined
  /** Left out: blobs are read through this registry. */
  readonly redirect?: Redirect | undefined
}

export interface RegistryContext extends Required<
  Omit<RegistryOptions, "onBlob" | "onWarning" | "tempDir" | "redirect" | "immutableTags">
> {
  readonly redirect: Redirect | undefined
  readonly tempDir: string
  readonly driver: StorageDriver
  readonly memory: RegistryMemory
  readonly onBlob: OnBlobEvent
  readonly onWarning: (text: string) => void
}
