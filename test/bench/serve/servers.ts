/**
 * Registries over a folder of their own, each as a process.
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import getPort from "get-port"
import { pathOf, programsMissing } from "../../support/programs.ts"
import { PROGRAM } from "../contenders/ours.ts"

export interface Server extends AsyncDisposable {
  readonly pid: number
  /** Host and port. */
  readonly address: string
}

export interface ServerKind {
  readonly name: string
  missing?(): Promise<string | undefined>
  start(): Promise<Server>
}

export const OURS: ServerKind = {
  name: "oci-store serve",
  start: () =>
    run(
      process.execPath,
      (folder) => [PROGRAM, "file", "serve", folder, "--log-level", "warn"],
      (port) => ({
        OCI_STORE_SERVER_PORT: String(port),
        OCI_STORE_SERVER_ADDRESS: "127.0.0.1",
      }),
    ),
}

export const DISTRIBUTION: ServerKind = {
  name: "registry 3.1.2",
  missing: () => programsMissing(["registry"]),
  start: async () =>
    run(
      await pathOf("registry"),
      (folder) => ["serve", join(folder, "config.json")],
      (port, folder) => ({
        OTEL_TRACES_EXPORTER: "none",
        CONFIG: JSON.stringify({
          version: "0.1",
          log: { level: "error", accesslog: { disabled: true } },
          storage: { filesystem: { rootdirectory: folder }, cache: { blobdescriptor: "inmemory" } },
          http: { addr: `127.0.0.1:${port}` },
        }),
      }),
    ),
}

export const OLAREG: ServerKind = {
  name: "olareg 0.1.2",
  missing: () => programsMissing(["olareg"]),
  start: async () =>
    run(await pathOf("olareg"), (folder, port) => [
      "serve",
      "--addr",
      "127.0.0.1",
      "--port",
      String(port),
      "--dir",
      folder,
    ]),
}

async function run(
  program: string,
  args: (folder: string, port: number) => readonly string[],
  environment: (port: number, folder: string) => Readonly<Record<string, string>> = () => ({}),
): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), "oci-store-bench-"))
  const port = await getPort({ host: "127.0.0.1" })
  const { CONFIG, ...env } = environment(port, folder)
  // JSON is YAML.
  if (CONFIG !== undefined) await writeFile(join(folder, "config.json"), CONFIG)
  const child = spawn(program, args(folder, port), { env: { ...process.env, ...env }, stdio: "ignore" })
  await listening(child, port)
  return {
    pid: child.pid ?? 0,
    address: `127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.kill("SIGKILL")) await once(child, "exit")
      await rm(folder, { recursive: true })
    },
  }
}

/** Milliseconds until a server that does not listen is given up. */
const PATIENCE = 10_000

/** Accepts connections when this returns. */
export async function listening(child: ChildProcess, port: number): Promise<void> {
  const until = performance.now() + PATIENCE
  while (performance.now() < until && child.exitCode === null) {
    const socket = connect({ host: "127.0.0.1", port })
    const connected = await once(socket, "connect").then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (connected) return
    await sleep(1)
  }
  throw new Error(`${child.spawnargs.join(" ")} does not listen`)
}
