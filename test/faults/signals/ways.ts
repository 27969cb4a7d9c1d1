/**
 * Ways in which somebody ends a program before it is done.
 * @module
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { access, readFile } from "node:fs/promises"
import { setTimeout as sleep } from "node:timers/promises"
import { PROGRAM, start } from "../../support/cli.ts"
import { pathOf } from "../../support/programs.ts"

interface Ending {
  /** Undefined where nobody is left to be told. */
  readonly code: number | undefined
  readonly stderr: string
}

export interface Way {
  readonly name: string
  /** That it may end with, beside that of success. */
  readonly code: number | undefined
  /** Runs the program, and ends it after so many milliseconds, unless it is done by then. */
  endAfter(milliseconds: number, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ending>
}

function signalled(signal: "SIGINT" | "SIGTERM" | "SIGHUP", code: number, times = 1): Way {
  return {
    name: times === 1 ? signal : `${signal} ${times} times`,
    code,
    async endAfter(milliseconds, args, env) {
      const running = start(args, env)
      await Promise.race([sleep(milliseconds), running.outcome])
      for (let time = 0; time < times; time += 1) {
        running.process.kill(signal)
        await sleep(10)
      }
      const { code: ended, stderr } = await running.outcome
      return { code: ended ?? undefined, stderr }
    },
  }
}

/** The window is closed: the system ends the session, and who still writes to the terminal fails. */
const closedTerminal: Way = {
  name: "a closed terminal",
  code: undefined,
  async endAfter(milliseconds, args, env) {
    const command = ["exec", process.execPath, PROGRAM, ...args].map((word) => `'${word}'`).join(" ")
    const terminal = spawn(
      await pathOf("script"),
      ["--quiet", "--command", command.replace("'exec'", "exec"), "/dev/null"],
      {
        env: { ...process.env, ...env },
        stdio: "ignore",
      },
    )
    const ended = once(terminal, "exit")
    const program = await childOf(terminal.pid ?? 0)
    await Promise.race([sleep(milliseconds), ended])
    terminal.kill("SIGKILL")
    await ended
    while (await isRunning(program)) await sleep(20)
    return { code: undefined, stderr: "" }
  },
}

export const WAYS: readonly Way[] = [
  signalled("SIGINT", 130),
  signalled("SIGTERM", 143),
  signalled("SIGHUP", 129),
  // From the terminal, and from the shell that it has told as well.
  signalled("SIGHUP", 129, 3),
  closedTerminal,
]

async function childOf(parent: number): Promise<number> {
  for (;;) {
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, "utf8")
    const [child = ""] = children.split(" ", 1)
    if (child !== "") return Number(child)
    await sleep(2)
  }
}

async function isRunning(pid: number): Promise<boolean> {
  return access(`/proc/${pid}`).then(
    () => true,
    () => false,
  )
}
