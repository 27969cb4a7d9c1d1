/**
 * P9: how long the program needs before it does anything, beside Node alone.
 * @module
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import getPort from "get-port"
import type { Bench, Measurement, Row } from "./bench.ts"
import { PROGRAM } from "./contenders/ours.ts"
import { measure } from "./measure.ts"
import { listening } from "./serve/servers.ts"

/** One of these is over in a blink, so there are many. */
const REPEATED = 7

export const start: Bench = {
  name: "start",
  describe: "from the start of the process to its version, and to a registry that listens",
  quick: true,
  engine: false,
  async run({ runs }) {
    const times = { node: [] as number[], version: [] as number[], listening: [] as number[] }
    const folder = await mkdtemp(join(tmpdir(), "oci-store-bench-"))
    try {
      // Fills the compile cache, as the first use of an installed program does.
      await measure(process.execPath, [PROGRAM, "--version"])
      await untilListening(folder)
      for (let run = 0; run < runs * REPEATED; run++) {
        times.node.push((await measure(process.execPath, ["-e", "0"])).seconds * 1000)
        times.version.push((await measure(process.execPath, [PROGRAM, "--version"])).seconds * 1000)
        times.listening.push(await untilListening(folder))
      }
    } finally {
      await rm(folder, { recursive: true })
    }
    const node: Measurement = { contender: "node -e 0", runs: times.node }
    const row = (what: string, measured: readonly number[], atMost: number): Row => ({
      id: "P9",
      what,
      unit: "ms",
      ours: { contender: "oci-store", runs: measured },
      peer: node,
      limit: { atMost },
    })
    return [row("--version", times.version, 2.5), row("until a registry listens", times.listening, 6)]
  },
}

async function untilListening(folder: string): Promise<number> {
  const port = await getPort({ host: "127.0.0.1" })
  const env = { ...process.env, OCI_STORE_SERVER_PORT: String(port), OCI_STORE_SERVER_ADDRESS: "127.0.0.1" }
  const started = performance.now()
  const child = spawn(process.execPath, [PROGRAM, "file", "serve", folder], { env, stdio: "ignore" })
  try {
    await listening(child, port)
    return performance.now() - started
  } finally {
    if (child.kill("SIGKILL")) await once(child, "exit")
  }
}
