/**
 * How long a command takes as a whole process, and how much memory.
 * @module
 */
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"

export interface Measured {
  readonly seconds: number
  /** Peak resident memory of the process itself (`VmHWM`), in MiB. */
  readonly peak: number
}

/** @throws Error with what it printed if it does not exit with 0 */
export async function measure(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Measured> {
  const started = performance.now()
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] })
  let said = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += String(chunk)))
  let peak = 0
  const sample = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid))
  }, 20)
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("close", resolve)
  })
  clearInterval(sample)
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} exited with ${String(code)}:\n${said}`)
  return { seconds: (performance.now() - started) / 1000, peak }
}

function peakOf(pid: number | undefined): number {
  try {
    const kib = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]
    return Number(kib ?? 0) / 1024
  } catch {
    return 0
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

/** `median (min-max)`. */
export function spread(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  return `${median(values).toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)})`
}
