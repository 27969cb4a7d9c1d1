/**
 * What a push and a pull have in common: their options, and what is said of a failure.
 * @module
 */
import type { DockerEngine } from "../docker/engine.ts"
import type { AccessLine } from "../http/middleware/access-log.ts"
import type { Platform } from "../oci/descriptor.ts"
import { RegistryError } from "../oci/errors.ts"
import { SpoolError } from "../registry/temp-file.ts"
import type { MemoryBudget } from "../storage/budget.ts"
import { isStorageError, type StorageDriver } from "../storage/driver.ts"
import { TransferError } from "./errors.ts"
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

/**
 * Chooses what to tell the user: a failure of the store or of this machine is the cause of whatever the daemon then says, and
 * says more.
 */
export function explain(ours: Error | undefined, theirs: unknown): unknown {
  if (ours instanceof RegistryError)
    return new TransferError("CONTENT_DAMAGED", `${capital(ours.message)}.`, { cause: ours })
  return isStorageError(ours) || ours instanceof SpoolError ? ours : theirs
}

export function describeRequest({ method, path, status, milliseconds }: AccessLine): string {
  return `${method} ${path} ${status} ${milliseconds} ms`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
