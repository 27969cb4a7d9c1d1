/**
 * A folder on a file system of its own, small or read-only: limits that hold for root, too.
 * @module
 */
import { execFile } from "node:child_process"
import { mkdtemp, rmdir } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

const exec = promisify(execFile)

export interface SmallDisk extends AsyncDisposable {
  readonly folder: string
  makeReadOnly(): Promise<void>
}

/** Why there can be none; undefined where there can. In CI that is an error. */
export async function smallDiskMissing(): Promise<string | undefined> {
  try {
    await using _ = await mountSmallDisk(1)
    return undefined
  } catch (error) {
    if (process.env["CI"]) throw error
    return `only root can mount a small disk: ${String(error)}`
  }
}

export async function mountSmallDisk(megabytes: number): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), "oci-store-disk-"))
  try {
    await exec("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder])
  } catch (error) {
    await rmdir(folder)
    throw error
  }
  return {
    folder,
    makeReadOnly: async () => void (await exec("mount", ["-o", "remount,ro", folder])),
    async [Symbol.asyncDispose]() {
      await exec("umount", [folder])
      await rmdir(folder)
    },
  }
}
