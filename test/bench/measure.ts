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
  /** Standard output. */
  readonly output: string
}

/** @throws Error with what it printed if it does not exit with 0 */
export async function measure(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Measured> {
  const started = performance.now()
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] })
  let output = ""
  let said = ""
  child.stdout.on("data", (chunk) => (output += String(chunk)))
  child.stderr.on("data", (chunk) => (said += String(chunk)))
  let peak = 0
  const sample = setInterval(() => {
    peak = Math.max(peak, peakOf(child.pid))
  }, 20)
  const code = await new Promise((resolve, reject) => {
    child.once("error", reject)
    child.once("close", resolve)
  })
  clearInterval(sample)
  if (code !== 0)
    throw new Error(`${command} ${args.join(" ")} exited with ${String(code)}:\n${said}${output}`)
  return { seconds: (performance.now() - started) / 1000, peak, output }
}

/** `VmHWM` in MiB; 0 of a process that is no more. */
function peakOf(pid: number | undefined): number {
  try {
    const kib = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1]
    return Number(kib ?? 0) / 1024
  } catch {
    return 0
  }
}

/** Clock ticks in a second, in `/proc`. */
const TICKS = 100

/** Seconds of processor that a process has used, user and system. */
export function processorOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
    .replace(/^.*\) /s, "")
    .split(" ")
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}
