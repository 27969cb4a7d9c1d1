/**
 * File systems in memory, as small as a test wants them. Only root may mount.
 * @module
 */
import { execFile } from "node:child_process"
import { mkdtemp, rmdir } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { promisify } from "node:util"
import { describe } from "vitest"

const run = promisify(execFile)

export interface Tmpfs extends AsyncDisposable {
  readonly folder: string
  remount(options: string): Promise<void>
}

/** @param options as in mount(8), such as `size=1m` */
export async function mountTmpfs(options: string): Promise<Tmpfs> {
  const folder = await mkdtemp(path.join(tmpdir(), "oci-store-tmpfs-"))
  try {
    await run("mount", ["-t", "tmpfs", "-o", options, "oci-store-test", folder])
  } catch (error) {
    await rmdir(folder)
    throw error
  }
  return {
    folder,
    async remount(options) {
      await run("mount", ["-o", `remount,${options}`, folder])
    },
    async [Symbol.asyncDispose]() {
      await run("umount", [folder])
      await rmdir(folder)
    },
  }
}

/** Runs the suite, or shows it as skipped where nothing can be mounted; in CI that is an error. */
export async function describeWithTmpfs(name: string, suite: () => void): Promise<void> {
  try {
    await (await mountTmpfs("size=64k"))[Symbol.asyncDispose]()
    describe(name, suite)
  } catch (error) {
    if (process.env["CI"]) throw error
    describe.skip(`${name} (needs the right to mount)`, suite)
  }
}
