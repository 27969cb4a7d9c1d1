/**
 * The program: from a command line to an exit code. Exits never; that is for the files in bin/.
 * @module
 */
import { type Io, processIo, type Signal, SIGNALS } from "./cli/io.ts"
import { version } from "./cli/version.ts"

/** @param argv without interpreter and program */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  // Asked for by scripts again and again, and known without the commands, which take some time to load.
  if (argv.length === 1 && argv[0] === "--version") {
    io.stdout.write(`${version()}\n`)
    return 0
  }
  const interruption = new AbortController()
  let interrupted: Signal | undefined
  const stopListening = io.onSignal((signal) => {
    interrupted = signal
    interruption.abort(new Error(`Interrupted by ${signal}`))
  })
  try {
    const { runProgram } = await import("./cli/program.ts")
    await runProgram(argv, { io, signal: interruption.signal })
    return 0
  } catch (error) {
    if (interrupted) return SIGNALS[interrupted]
    const { explain, outcomeOf } = await import("./cli/failure.ts")
    const outcome = outcomeOf(error)
    io.stderr.write(explain(error, outcome))
    return outcome.code
  } finally {
    stopListening()
  }
}
