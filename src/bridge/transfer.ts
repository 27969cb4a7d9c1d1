/**
 * What a push and a pull have in common.
 * @module
 */
import type { DockerEngine } from "../docker/engine.ts"
import type { AccessLine } from "../http/middleware/access-log.ts"
import type { Platform } from "../oci/descriptor.ts"
import type { MemoryBudget } from "../storage/budget.ts"
import type { StorageDriver } from "../storage/driver.ts"
import type { OnTransferEvent } from "./events.ts"

export interface TransferOptions {
  readonly driver: StorageDriver
  readonly engine: DockerEngine
  readonly budget: MemoryBudget
  /** Directory for layers whose digest is not known before their last byte. */
  readonly tempDir: string
  readonly platform?: Platform | undefined
  /** Leave the name `127.0.0.1:PORT/…` in the daemon, for whoever needs the digest pinned there. */
  readonly keepName?: boolean
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: OnTransferEvent
}

export function describeRequest({ method, path, status, milliseconds }: AccessLine): string {
  return `${method} ${path} ${status} ${milliseconds} ms`
}

/** Ends with the caller's signal, or with the first error that makes it pointless to go on. */
export function either(signal: AbortSignal | undefined, failed: AbortSignal): AbortSignal {
  return signal ? AbortSignal.any([signal, failed]) : failed
}
