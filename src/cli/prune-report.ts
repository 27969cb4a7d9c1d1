/**
 * What was pruned, or would be, as lines and as a document.
 * @module
 */
import { formatDuration } from "../options/quantities.ts"
import { UpkeepError } from "../upkeep/errors.ts"
import type { FoundLeftover, PruneResult } from "../upkeep/prune.ts"
import { type Store, storeUrlOf } from "./store.ts"
import { formatBytes, formatCount } from "./units.ts"

export interface PruneRequest {
  readonly store: Store
  /** Milliseconds. */
  readonly age: number
  readonly olderThan: Date
  readonly remove: boolean
}

const WHAT = { session: "upload", unfinished: "unfinished" } as const

/** Widths of the columns, with the blanks behind them. */
const COLUMNS = { done: 14, what: 12, bytes: 10 } as const

/** `would delete  upload      2026-11-19T04:12:00Z  12.3 MB  docker/registry/v2/…` */
export function leftoverLine({ kind, key, started, bytes, removed }: FoundLeftover, remove: boolean): string {
  const done = removed ? "deleted" : remove ? "denied" : "would delete"
  const size = bytes === undefined ? "?" : formatBytes(bytes)
  const time = `${started.toISOString().slice(0, 19)}Z`
  return `${done.padEnd(COLUMNS.done)}${WHAT[kind].padEnd(COLUMNS.what)}${time}  ${size.padEnd(COLUMNS.bytes)}${key}`
}

export function summarizePrune({ age, remove }: PruneRequest, { leftovers }: PruneResult): string {
  if (leftovers.length === 0) return `No leftovers older than ${formatDuration(age)}.`
  if (!remove) {
    return `${volume(leftovers)}, older than ${formatDuration(age)}; nothing was deleted: --delete does it.`
  }
  const removed = leftovers.filter((each) => each.removed)
  return `Deleted ${volume(removed)}.`
}

function volume(leftovers: readonly FoundLeftover[]): string {
  const least = leftovers.some(({ bytes }) => bytes === undefined) ? "at least " : ""
  return `${formatCount(leftovers.length, "leftover")}, ${least}${formatBytes(bytesOf(leftovers))}`
}

function bytesOf(leftovers: readonly FoundLeftover[]): number {
  return leftovers.reduce((sum, { bytes = 0 }) => sum + bytes, 0)
}

export function pruneDocument(
  { store, olderThan, remove }: PruneRequest,
  { leftovers }: PruneResult,
): object {
  return {
    store: storeUrlOf(store),
    olderThan,
    dryRun: !remove,
    bytes: bytesOf(leftovers),
    leftovers: leftovers.map(({ removed, bytes = null, ...each }) => ({ ...each, bytes, deleted: removed })),
  }
}

/** Undefined if all went that was to go. */
export function failureOf({ leftovers, denied }: PruneResult): UpkeepError | undefined {
  if (!denied) return undefined
  const stay = formatCount(leftovers.filter(({ removed }) => !removed).length, "leftover")
  return new UpkeepError("NOT_DELETED", `To delete is denied, so ${stay} stayed: ${denied.message}`, {
    cause: denied,
  })
}
