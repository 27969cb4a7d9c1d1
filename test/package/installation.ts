/**
 * oci-store installed for all commands from its archive, without development's packages and without running anybody's script.
 * @module
 */
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { MANIFEST, npm, pack, path } from "./npm.ts"

interface Started {
  readonly process: ChildProcess
  /** What it has said so far on both streams. */
  said(): string
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>
}

export interface Installation extends AsyncDisposable {
  /** Where commands are started: nothing of the clone is in or above it. */
  readonly folder: string
  /** Of the package. */
  readonly home: string
  /** @param command of this installation, or the path of a program */
  start(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): Started
}

export async function install(): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), "oci-store-installed-"))
  const { filename } = await pack(folder)
  const quietly = ["--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"]
  const archive = join(folder, filename)
  await npm(["install", "--global", "--prefix", folder, "--omit=dev", ...quietly, archive])
  return {
    folder,
    home: join(folder, "lib", "node_modules", MANIFEST.name),

    start(command, args, env = {}) {
      const program = command.startsWith("/") ? command : join(folder, "bin", command)
      const clean = { PATH: path(), HOME: folder, NO_COLOR: "1", ...env }
      const child = spawn(program, args, { cwd: folder, env: clean })
      let said = ""
      for (const stream of [child.stdout, child.stderr]) {
        stream.setEncoding("utf8").on("data", (text: string) => (said += text))
      }
      const ended = new Promise<{ code: number | null; said: string }>((resolve, reject) => {
        child.once("error", reject)
        child.once("close", (code) => resolve({ code, said }))
      })
      return { process: child, said: () => said, ended }
    },

    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}
