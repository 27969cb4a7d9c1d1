/**
 * The world around the process, as the command line sees it: given as an argument, so that everything runs in a test too.
 * @module
 */
import type { Writable } from "node:stream"
import { keepMetadataDirect } from "./direct.ts"
import { readSecret } from "./read-secret.ts"

export interface Output {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

/** Signals that break off a command, and the exit codes that they lead to. */
export const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

export type Signal = keyof typeof SIGNALS

export interface Io {
  /** Results. */
  readonly stdout: Output
  /** Talk: progress, warnings, errors. */
  readonly stderr: Output
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /**
   * Calls back for the first signal only: the second then ends the process as if nobody listened, unless it is one more hang-up.
   * Returns how to stop listening.
   */
  onSignal(callback: (signal: Signal) => void): () => void
  /** While somebody listens, SIGHUP breaks nothing off: it asks for files to be read again. Returns how to stop listening. */
  onReload(callback: () => void): () => void
  /** Reads a line that is not to be seen while it is typed. */
  readSecret(prompt: string): Promise<string>
  /** Bytes of standard input. */
  input(): Input
  /** Takes bytes to standard output, whose end is not ours to write. */
  output(): Writable
}

type Input = AsyncIterable<Uint8Array> & { readonly isTTY?: boolean }

/** The real one. */
export function processIo(): Io {
  // Whoever reads us may have read enough (`… | head -1`).
  for (const stream of [process.stdout, process.stderr]) stream.on("error", ignoreNobody)
  keepMetadataDirect(process.env)
  const reloads = new Set<() => void>()
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    onSignal(callback) {
      const listeners = signals().map((signal) => [signal, () => received(signal)] as const)
      const stop = () => listeners.forEach(([signal, listener]) => process.off(signal, listener))
      const received = (signal: Signal) => {
        if (signal === "SIGHUP" && reloads.size > 0) return reloads.forEach((reload) => reload())
        stop()
        // A shell passes on what the terminal has sent already: more hang-ups are the same one.
        process.on("SIGHUP", () => undefined)
        return callback(signal)
      }
      for (const [signal, listener] of listeners) process.on(signal, listener)
      return stop
    },
    onReload(callback) {
      reloads.add(callback)
      return () => void reloads.delete(callback)
    },
    input: () => process.stdin,
    output: () => process.stdout,
    readSecret: (prompt) =>
      readSecret(process.stdin, process.stderr, prompt, () => process.emit("SIGINT", "SIGINT")),
  }
}

function signals(): Signal[] {
  return Object.keys(SIGNALS) as Signal[]
}

/** A closed pipe, and a terminal that is closed: there is nobody to tell, and still work to undo. */
function ignoreNobody(this: NodeJS.WriteStream, error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE" && !(error.code === "EIO" && this.isTTY)) throw error
}
