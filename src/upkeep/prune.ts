/**
 * Prune: what uploads have left behind that nobody goes on with. Blobs, links and manifests are never touched, nor anything young.
 * @module
 */
import { layoutRoot } from "../registry/layout.ts"
import { staleSessions } from "../registry/stale-sessions.ts"
import { isStorageError, type StorageDriver, type StorageError } from "../storage/driver.ts"
import type { Leftover } from "./leftover.ts"

export interface PruneOptions {
  readonly driver: StorageDriver
  /** What was started, or written to, at this time or later stays. */
  readonly olderThan: Date
  /** Otherwise it is only said what would go. */
  readonly remove: boolean
  readonly signal?: AbortSignal | undefined
  readonly onEvent?: OnPruneEvent
}

type OnPruneEvent = (event: PruneEvent) => void

export type PruneEvent =
  | { readonly type: "found"; readonly leftover: FoundLeftover }
  /** Something that the user should know although it goes on. */
  | { readonly type: "warning"; readonly text: string }

export interface FoundLeftover extends Omit<Leftover, "remove"> {
  readonly removed: boolean
}

export interface PruneResult {
  readonly leftovers: readonly FoundLeftover[]
  /** Why some stay although they were to be removed. */
  readonly denied: StorageError | undefined
}

/** Tries everything, also where some of it is denied. @throws StorageError; the signal's reason */
export async function prune(options: PruneOptions): Promise<PruneResult> {
  const { onEvent = () => undefined } = options
  const leftovers: FoundLeftover[] = []
  /** The first refusal, by what it was about: each is another permission, and asked for once. */
  const denied = new Map<Leftover["kind"], StorageError>()
  for await (const leftover of staleIn(options, onEvent)) {
    options.signal?.throwIfAborted()
    const { remove: _, ...said } = leftover
    const found = { ...said, removed: options.remove && (await tryRemove(leftover, denied)) }
    leftovers.push(found)
    onEvent({ type: "found", leftover: found })
  }
  return { leftovers, denied: denied.values().next().value }
}

async function tryRemove(leftover: Leftover, denied: Map<Leftover["kind"], StorageError>): Promise<boolean> {
  if (denied.has(leftover.kind)) return false
  try {
    await leftover.remove()
    return true
  } catch (error) {
    if (!isStorageError(error, "ACCESS_DENIED")) throw error
    denied.set(leftover.kind, error)
    return false
  }
}

async function* staleIn(
  { driver, olderThan, signal }: PruneOptions,
  onEvent: OnPruneEvent,
): AsyncGenerator<Leftover> {
  for await (const session of staleSessions(driver, olderThan, signal)) yield { kind: "session", ...session }
  try {
    yield* unfinishedIn(driver, olderThan, signal)
  } catch (error) {
    if (!isStorageError(error, "ACCESS_DENIED", "UNSUPPORTED")) throw error
    onEvent({ type: "warning", text: `Unfinished uploads are not found: ${error.message}` })
  }
}

async function* unfinishedIn(
  driver: StorageDriver,
  olderThan: Date,
  signal?: AbortSignal,
): AsyncGenerator<Leftover> {
  for await (const upload of driver.staleUploads?.(layoutRoot, olderThan) ?? []) {
    signal?.throwIfAborted()
    const { key, started } = upload
    const bytes = await upload.bytes?.({ signal })
    yield { kind: "unfinished", key, started, bytes, remove: () => upload.abort() }
  }
}
