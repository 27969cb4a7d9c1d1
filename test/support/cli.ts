/**
 * The program itself, as a user starts it.
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

export const PROGRAM = fileURLToPath(new URL("../../bin/oci-store.js", import.meta.url))

export interface Outcome {
  /** Exit code; 128 and the signal's number are the program's own doing, null if a signal ended it. */
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly process: ChildProcess
  readonly outcome: Promise<Outcome>
  /** What standard error has said so far. */
  stderr(): string
  /** Resolves when standard error has said this. */
  says(text: string | RegExp): Promise<void>
}

/** @param cwd where it is started, if not where the tests are */
export function start(args: readonly string[], env: NodeJS.ProcessEnv = {}, cwd?: string): Running {
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd, env: { ...process.env, ...env } })
  const said = { stdout: "", stderr: "" }
  const listeners = new Set<() => void>()
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text
      for (const listener of listeners) listener()
    })
  }
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", (code) => resolve({ code, ...said }))
  })
  const says = (text: string | RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const isSaid = () => (typeof text === "string" ? said.stderr.includes(text) : text.test(said.stderr))
      const check = (): void => {
        if (isSaid()) resolve()
      }
      listeners.add(check)
      check()
      void outcome.then(({ stderr }) =>
        reject(new Error(`it ended without saying '${String(text)}':\n${stderr}`)),
      )
    })
  return { process: child, outcome, stderr: () => said.stderr, says }
}

export function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  return start(args, env).outcome
}

/** Runs it and returns its standard output; whatever it says on standard error is in the failure. */
export async function succeed(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { code, stdout, stderr } = await run(args, env)
  if (code !== 0) throw new Error(`oci-store ${args.join(" ")} exited with ${code}:\n${stderr}`)
  return stdout.trimEnd()
}
