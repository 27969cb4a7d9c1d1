/**
 * One line on stderr that says how far something is: drawn over on a terminal, else written now and then.
 * @module
 */
import type { Io } from "../io.ts"
import { isDrawable } from "./progress.ts"

/** Milliseconds between two drawings, and between two lines where nothing can be drawn over. */
const FRAME = 80
const INTERVAL = 5000

const COLUMNS = 80
const CLEAR_LINE = "\r\u001B[K"

export interface Status extends Disposable {
  /** Something has changed. */
  update(): void
  /** Writes a line of talk, never into the middle of the status. */
  line(text: string): void
  /** Takes the status off the screen; later lines are still written. */
  close(): void
}

/** @param render the status, asked for when it is to be shown */
export function createStatus(io: Io, enabled: boolean, render: () => string): Status {
  const { stderr } = io
  const draws = isDrawable(io)
  let timer: NodeJS.Timeout | undefined
  let isShown = false
  let closed = false

  function show(): void {
    timer = undefined
    // A line that fills the last column would be wrapped by some terminals.
    const text = render().slice(0, (stderr.columns || COLUMNS) - 1)
    stderr.write(draws ? `${CLEAR_LINE}${text}` : `${text}\n`)
    isShown = draws
  }

  function erase(): void {
    if (isShown) stderr.write(CLEAR_LINE)
    isShown = false
  }

  function close(): void {
    closed = true
    clearTimeout(timer)
    erase()
  }

  return {
    update() {
      if (enabled && !closed) timer ??= setTimeout(show, draws ? FRAME : INTERVAL)
    },
    line(text) {
      erase()
      stderr.write(`${text}\n`)
    },
    close,
    [Symbol.dispose]: close,
  }
}
