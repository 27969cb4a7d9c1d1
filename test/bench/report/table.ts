/**
 * Rows of figures as a table in Markdown.
 * @module
 */
import { markdownTable } from "../../support/markdown-table.ts"
import { isMet, type Measurement, median, ratioOf, type Row } from "../bench.ts"

export function tableOf(rows: readonly Row[]): string {
  return markdownTable([["", "what", "ours", "peer", "ratio", "target"], ...rows.map(cellsOf)])
}

function cellsOf(row: Row): string[] {
  const { id, what, unit, ours, peer } = row
  return [
    id,
    what,
    figure(ours, unit),
    peer ? figure(peer, unit) : "",
    ratioOf(row)?.toFixed(2) ?? "",
    targetOf(row),
  ]
}

/** `oci-store 2.10 s (2.05-2.31)`: median, minimum and maximum. */
function figure({ contender, runs, missing }: Measurement, unit: string): string {
  if (missing !== undefined) return `${contender}: missing`
  const shown = [median(runs), Math.min(...runs), Math.max(...runs)].map(short)
  const [middle, low, high] = shown
  return low === high ? `${contender} ${middle} ${unit}` : `${contender} ${middle} ${unit} (${low}-${high})`
}

function short(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
}

function targetOf(row: Row): string {
  const { limit } = row
  if (limit === undefined) return ""
  const bound = limit.atMost === undefined ? `≥ ${limit.atLeast}` : `≤ ${limit.atMost}`
  const met = isMet(row)
  return met === undefined ? bound : `${bound}: ${met ? "met" : "missed"}`
}
