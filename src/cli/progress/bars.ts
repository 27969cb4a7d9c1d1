/**
 * Progress on a terminal: lines that are drawn over and over in the same place.
 * @module
 */
import type { Output } from "../io.ts"
import { renderFrame, type Way } from "./lines.ts"
import type { Progress } from "./progress.ts"
import { createTracker } from "./tracker.ts"

/** Milliseconds between two frames: more often is only work for the terminal. */
const FRAME = 80

const HIDE_CURSOR = "\u001B[?25l"
const SHOW_CURSOR = "\u001B[?25h"
const CLEAR_BELOW = "\u001B[J"

/** The terminal's size, if it does not tell, or says 0. */
const COLUMNS = 80
const ROWS = 24

export function createBars(output: Output, way: Way): Progress {
  const tracker = createTracker()
  let started: number | undefined
  let timer: NodeJS.Timeout | undefined
  /** Lines on the screen that are ours. */
  let drawn = 0
  let closed = false

  /** To the first of our lines, and away with all of them. */
  const erase = () => (drawn === 0 ? "" : `\u001B[${drawn}A\r${CLEAR_BELOW}`)

  function draw(): void {
    timer = undefined
    const lines = renderFrame({
      ...way,
      layers: tracker.layers(),
      totals: tracker.totals(),
      seconds: started === undefined ? 0 : (performance.now() - started) / 1000,
      // A line that fills the last column would be wrapped by some terminals.
      width: (output.columns || COLUMNS) - 1,
      height: (output.rows || ROWS) - 1,
    })
    output.write(`${drawn === 0 ? HIDE_CURSOR : erase()}${lines.join("\n")}\n`)
    drawn = lines.length
  }

  function close(): void {
    if (closed) return
    closed = true
    clearTimeout(timer)
    if (drawn > 0) output.write(`${erase()}${SHOW_CURSOR}`)
    drawn = 0
  }

  return {
    show(event) {
      if (closed || !tracker.update(event)) return
      started ??= performance.now()
      timer ??= setTimeout(draw, FRAME)
    },
    line(text) {
      if (drawn === 0) output.write(`${text}\n`)
      else {
        output.write(`${erase()}${text}\n${SHOW_CURSOR}`)
        drawn = 0
        draw()
      }
    },
    close,
    [Symbol.dispose]: close,
  }
}
