/**
 * The program: from a command line to an exit code. Exits never; that is for the files in bin/.
 * @module
 */
import { explain, outcomeOf } from "./cli/failure.ts"
import { type Io, processIo, type Signal, SIGNALS } from "./cli/io.ts"
import { runProgram } from "./cli/program.ts"

/** @param argv without interpreter and program */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  const interruption = new AbortController()
  let interrupted: Signal | undefined
  const stopListening = io.onSignal((signal) => {
    interrupted = signal
    interruption.abort(new Error(`Interrupted by ${signal}`))
  })
  try {
    await runProgram(argv, { io, signal: interruption.signal })
    return 0
  } catch (error) {
    if (interrupted) return SIGNALS[interrupted]
    const outcome = outcomeOf(error)
    io.stderr.write(explain(error, outcome))
    return outcome.code
  } finally {
    stopListening()
  }
}
