/**
 * What a push and a pull have in common.
 * @module
 */
import type { DockerEngine } from "../docker/engine.ts"
import type { TransportName } from "../docker/reach.ts"
import type { Platform } from "../oci/descriptor.ts"
import type { MemoryBudget } from "../storage/budget.ts"
import type { StorageDriver } from "../storage/driver.ts"
import {
  createEphemeralRegistry,
  type EphemeralOptions,
  type EphemeralRegistry,
} from "./ephemeral-registry.ts"
import type { BlobTally, OnTransferEvent } from "./events.ts"

/** What there is of a transfer without a daemon. */
export interface StoreSide {
  readonly driver: StorageDriver
  readonly budget: MemoryBudget
  /** Directory for layers whose digest is not known before their last byte. Defaults to the system's. */
  readonly tempDir?: string | undefined
  readonly platform?: Platform | undefined
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: OnTransferEvent
}

export interface TransferOptions extends StoreSide {
  readonly engine: DockerEngine
  /** Defaults to `registry`. */
  readonly transport?: TransportName | undefined
  /** Leave the name `127.0.0.1:PORT/…` in the daemon, for whoever needs the digest pinned there. */
  readonly keepName?: boolean
}

/** The registry of one transfer, which tells the watcher what it does and the tally what moved. */
export function openRegistry(
  { driver, budget, tempDir, onEvent = () => undefined }: TransferOptions,
  visible: Pick<EphemeralOptions, "repositories" | "access" | "rewrite" | "immutableTags">,
  tally: BlobTally,
): Promise<EphemeralRegistry> {
  return createEphemeralRegistry(driver, {
    ...visible,
    budget,
    tempDir,
    onBlob(event) {
      tally.add(event)
      onEvent({ type: "blob", event })
    },
    onWarning: (text) => onEvent({ type: "warning", text }),
    onRequest({ method, path, status, milliseconds }) {
      onEvent({ type: "request", line: `${method} ${path} ${status} ${milliseconds} ms` })
    },
  })
}

/** Ends with the caller's signal, or with the first error that makes it pointless to go on. */
export function either(signal: AbortSignal | undefined, failed: AbortSignal): AbortSignal {
  return signal ? AbortSignal.any([signal, failed]) : failed
}
