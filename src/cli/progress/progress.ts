/**
 * Progress on stderr, in the form that fits what stderr is.
 * @module
 */
import type { TransferEvent } from "../../bridge/events.ts"
import type { Io } from "../io.ts"
import { createBars } from "./bars.ts"
import type { Direction } from "./lines.ts"
import { createPlain } from "./plain.ts"

export interface Progress extends Disposable {
  show(event: TransferEvent): void
  /** Writes a line of talk, never into the middle of a drawing. */
  line(text: string): void
  /** Leaves the terminal as it was found; later lines are still written. */
  close(): void
}

export interface ProgressOptions {
  readonly direction: Direction
  /** What the bytes come from or go to beside the store, such as `the daemon`. */
  readonly other: string
  /** Otherwise only lines of talk are written. */
  readonly enabled: boolean
}

export function createProgress(io: Io, { direction, other, enabled }: ProgressOptions): Progress {
  const { stderr } = io
  if (!enabled) return createTalkOnly(stderr)
  const way = { direction, other }
  return isDrawable(io) ? createBars(stderr, way) : createPlain(stderr, way)
}

/** Whether stderr can be drawn over. Some build servers pretend to be terminals, and keep every frame. */
export function isDrawable({ stderr, env }: Io): boolean {
  return stderr.isTTY === true && env["TERM"] !== "dumb" && !env["CI"]
}

function createTalkOnly(output: Io["stderr"]): Progress {
  return {
    show: () => undefined,
    line: (text) => void output.write(`${text}\n`),
    close: () => undefined,
    [Symbol.dispose]: () => undefined,
  }
}
