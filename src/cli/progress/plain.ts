/**
 * Progress where nothing can be drawn over, as in the log of a build: few lines, each of them news.
 * @module
 */
import type { Output } from "../io.ts"
import { formatBytes } from "../units.ts"
import { renderTotals, type Way } from "./lines.ts"
import type { Progress } from "./progress.ts"
import { createTracker } from "./tracker.ts"

/** Milliseconds between two lines about the whole. */
const INTERVAL = 5000

export function createPlain(output: Output, way: Way): Progress {
  const tracker = createTracker()
  const finished = new Set<string>()
  let started: number | undefined
  let last = 0

  const line = (text: string) => void output.write(`${text}\n`)

  return {
    show(event) {
      const layer = tracker.update(event)
      if (!layer) return
      const now = performance.now()
      last = started === undefined ? now : last
      started ??= now
      // What the store has finished is news only together with the daemon's word for it.
      if (layer.finished && layer.status !== undefined && !finished.has(layer.id)) {
        finished.add(layer.id)
        const size = layer.store ? ` (${formatBytes(layer.store.size)})` : ""
        line(`${layer.id}: ${layer.status}${size}`)
      }
      if (now - last < INTERVAL) return
      last = now
      line(renderTotals(tracker.totals(), way, (now - started) / 1000))
    },
    line,
    close: () => undefined,
    [Symbol.dispose]: () => undefined,
  }
}
