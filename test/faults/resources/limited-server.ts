/**
 * Starts a registry that is given little, and sees what it takes.
 * @module
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFile } from "node:fs/promises"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import type { StockStorage } from "../../support/stock-registry.ts"
import type { ServerJob } from "./server.ts"

const SERVER = fileURLToPath(new URL("server.ts", import.meta.url))

export interface Limits {
  /** MiB in flight. */
  readonly memory: number
  /** File descriptors. */
  readonly descriptors?: number
}

export interface LimitedServer extends AsyncDisposable {
  readonly address: string
  /** MiB of memory that it had at most, where the system tells. */
  peak(): Promise<number>
}

export async function startLimited(storage: StockStorage, limits: Limits): Promise<LimitedServer> {
  const { memory, descriptors } = limits
  const job: ServerJob = { storage, memory }
  const limit = descriptors === undefined ? "" : `ulimit -n ${descriptors}; `
  const child = spawn("sh", ["-c", `${limit}exec "$0" "$@"`, process.execPath, SERVER, JSON.stringify(job)], {
    stdio: ["pipe", "pipe", "inherit"],
  })
  const exited = once(child, "exit")
  const [address] = (await Promise.race([
    once(createInterface(child.stdout), "line"),
    exited.then(() => {
      throw new Error("the server ended")
    }),
  ])) as [string]
  return {
    address,
    async peak() {
      const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "")
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
      const killing = setTimeout(() => child.kill("SIGKILL"), 10_000)
      const [code] = (await exited) as [number | null]
      clearTimeout(killing)
      if (code !== 0) throw new Error(`the server ended with ${code}`)
    },
  }
}
