/**
 * Pairs of bars, ours above the peer's, as an SVG that reads on light and dark pages.
 * @module
 */
import { median, type Row } from "../bench.ts"

const WIDTH = 720
const LEFT = 250
const BAR = 14
const STEP = 48

/** Rows that have a peer, each on a scale of its own: units differ, ratios do not. */
export function chartOf(title: string, rows: readonly Row[]): string {
  const drawn = rows.filter(({ ours, peer }) => ours.runs.length > 0 && peer && peer.runs.length > 0)
  const height = 40 + drawn.length * STEP
  const bars = drawn.flatMap((row, index) => pairOf(row, 40 + index * STEP))
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escape(title)}">`,
    `<style>text{font:12px system-ui,sans-serif;fill:#57606a}.ours{fill:#2da44e}.peer{fill:#8c959f}@media(prefers-color-scheme:dark){text{fill:#9198a1}}</style>`,
    `<text x="0" y="18" style="font-weight:600">${escape(title)}</text>`,
    ...bars,
    `</svg>`,
  ].join("\n")}\n`
}

function pairOf({ what, unit, ours, peer }: Row, y: number): string[] {
  const values = [ours, peer ?? ours].map(({ runs }) => median(runs))
  const scale = (WIDTH - LEFT - 190) / Math.max(...values)
  const bar = (index: number, name: string, kind: string): string[] => {
    const value = values[index] ?? 0
    const top = y + index * (BAR + 2)
    const width = Math.max(1, value * scale)
    return [
      `<rect class="${kind}" x="${LEFT}" y="${top}" width="${width.toFixed(1)}" height="${BAR}" rx="2"/>`,
      `<text x="${(LEFT + width + 6).toFixed(1)}" y="${top + 11}">${escape(`${short(value)} ${unit}, ${name}`)}</text>`,
    ]
  }
  return [
    `<text x="0" y="${y + 19}">${escape(what)}</text>`,
    ...bar(0, ours.contender, "ours"),
    ...bar(1, peer?.contender ?? "", "peer"),
  ]
}

function short(value: number): string {
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")
}
