import { mkdtemp, readdir, readlink, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, it } from "vitest"
import { openTempFile } from "../../../src/registry/temp-file.ts"
import { createMemoryDriver } from "../../../src/storage/memory.ts"

const OPEN_FILES = "/proc/self/fd"

/** Mode of the open files that had a name in the folder. */
async function modesOf(folder: string): Promise<readonly number[]> {
  const links = (await readdir(OPEN_FILES)).map((fd) => join(OPEN_FILES, fd))
  const targets = await Promise.all(links.map((link) => readlink(link).catch(() => "")))
  const ours = links.filter((_, index) => targets[index]?.startsWith(folder))
  return Promise.all(ours.map(async (link) => (await stat(link)).mode & 0o777))
}

it.skipIf(process.platform !== "linux")(
  "a layer that waits is in a file without a name, for its owner only (needs /proc)",
  async () => {
    const directory = await mkdtemp(join(tmpdir(), "oci-store-temp-file-"))
    const file = await openTempFile({ driver: createMemoryDriver(), directory, onStored: () => undefined })
    expect(await readdir(directory)).toEqual([])
    expect(await modesOf(directory)).toEqual([0o600])
    await file[Symbol.asyncDispose]()
    expect(await modesOf(directory)).toEqual([])
    await rm(directory, { recursive: true })
  },
)
