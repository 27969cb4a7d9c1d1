/**
 * A transfer's state as lines of text.
 * @module
 */
import { formatBytes, formatCount } from "../units.ts"
import type { Layer, Leg, Totals } from "./tracker.ts"

/** Which way the bytes go. */
export type Direction = "push" | "pull"

/** What has happened to bytes at the store. */
const AT_STORE = { push: "stored", pull: "read" } as const
const AT_OTHER = { push: "from", pull: "to" } as const

/** The way of the bytes, and what is at its end beside the store. */
export interface Way {
  readonly direction: Direction
  /** Such as `the daemon`. */
  readonly other: string
}

export interface Frame extends Way {
  readonly layers: readonly Layer[]
  readonly totals: Totals
  readonly seconds: number
  /** Columns and lines that there is room for. */
  readonly width: number
  readonly height: number
}

const ID_WIDTH = 12
const STATUS_WIDTH = 18

/** What stands in a line beside the bar, at its longest. */
const BESIDE_BAR = 74
const NARROWEST_BAR = 6
const WIDEST_BAR = 24

/** A line for each layer, and the total. What is finished makes room first. */
export function renderFrame({ direction, other, layers, totals, seconds, width, height }: Frame): string[] {
  // Blobs of which only the store knows are of no interest once they are there.
  const named = layers.filter(({ status, finished }) => status !== undefined || !finished)
  const room = Math.max(height - 1, 1)
  const excess = named.length - room
  const hidden = excess <= 0 ? [] : named.filter(({ finished }) => finished).slice(0, excess + 1)
  const shown = named.filter((layer) => !hidden.includes(layer)).slice(0, hidden.length > 0 ? room - 1 : room)
  const barWidth = Math.min(Math.max(width - BESIDE_BAR, NARROWEST_BAR), WIDEST_BAR)
  return [
    ...(hidden.length > 0 ? [`${formatCount(hidden.length, "layer")} done`] : []),
    ...shown.map((layer) => renderLayer(layer, direction, barWidth)),
    `${"Total".padEnd(ID_WIDTH)}  ${renderTotals(totals, { direction, other }, seconds)}`,
  ].map((line) => line.slice(0, width))
}

function renderLayer(
  { id, status = "Storing", engine, store, finished }: Layer,
  direction: Direction,
  barWidth: number,
): string {
  const leg = finished ? undefined : (engine ?? store)
  const label = status.slice(0, STATUS_WIDTH).padEnd(STATUS_WIDTH)
  const parts = [id.padEnd(ID_WIDTH), label, ...(leg ? [bar(leg, barWidth), ratio(leg)] : [])]
  // The second leg, where the first has the bar.
  const more = !finished && engine && store ? `, ${formatBytes(store.done)} ${AT_STORE[direction]}` : ""
  return `${parts.join("  ")}${more}`.trimEnd()
}

/** `45.2 MB of 88.1 MB from the daemon, 33.0 MB stored, 12.1 MB/s` */
export function renderTotals({ engine, store }: Totals, { direction, other }: Way, seconds: number): string {
  const rate =
    seconds > 0 ? `, ${formatBytes(Math.round(Math.max(engine.done, store.done) / seconds))}/s` : ""
  const carried = `${formatBytes(engine.done)} of ${formatBytes(engine.size)} ${AT_OTHER[direction]} ${other}`
  return `${carried}, ${formatBytes(store.done)} ${AT_STORE[direction]}${rate}`
}

function bar({ done, size }: Leg, width: number): string {
  const filled = size === 0 ? width : Math.floor((done / size) * width)
  const head = filled === width ? "" : ">"
  return `[${("=".repeat(filled) + head).padEnd(width)}]`
}

function ratio({ done, size }: Leg): string {
  return `${formatBytes(done)} / ${formatBytes(size)}`
}
