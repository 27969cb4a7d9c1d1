/**
 * The folder where layers wait whose digest is not known yet: whether files can be written there, and how many.
 * @module
 */
import { randomUUID } from "node:crypto"
import { rm, statfs, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { SpoolError } from "../registry/temp-file.ts"
import type { Finding } from "../storage/diagnosis.ts"
import type { Check } from "./check.ts"

/** Bytes: layers of a usual size fit, a few at a time. */
const COMFORTABLE = 2e9

export const TEMPORARY_CHECK: Check<{ readonly tempDir: string }> = {
  title: "Temporary files",
  run: ({ tempDir }) => checkFolder(tempDir),
}

async function checkFolder(folder: string): Promise<readonly Finding[]> {
  const file = join(folder, `oci-store-${randomUUID()}.tmp`)
  try {
    await writeFile(file, "x", { flag: "wx", mode: 0o600 })
    await rm(file)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new SpoolError(`Files cannot be written in '${folder}' (${why}): name another by --tmp-dir.`, {
      cause,
    })
  }
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const text = `${folder}, ${(free / 1e9).toFixed(1)} GB free`
  const facts = { folder, freeBytes: free }
  const title = "Temporary files"
  if (free >= COMFORTABLE) return [{ title, level: "ok", text, facts }]
  return [
    { title, level: "warning", text: `${text}: large layers may not fit; --tmp-dir names another`, facts },
  ]
}
