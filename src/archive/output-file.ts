/**
 * A file that appears under its name when it is whole: written beside, then renamed.
 * @module
 */
import { randomUUID } from "node:crypto"
import { open, realpath, rename, stat, unlink } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileFailure, ImageFileError, systemCode } from "./errors.ts"

export interface OutputFile extends AsyncDisposable {
  /** @throws ImageFileError; whatever `source` throws */
  write(source: AsyncIterable<Uint8Array>): Promise<void>
  /** Puts it in its place, on the disk before it has its name. */
  publish(): Promise<void>
}

/**
 * Disposing of it leaves nothing, unless it was published.
 * @param directory where it is written; on the same file system as `path`
 * @throws ImageFileError
 */
export async function openOutputFile(path: string, directory?: string): Promise<OutputFile> {
  const target = await targetOf(path)
  const temporary = join(directory ?? dirname(target), `.oci-store-${randomUUID()}.tmp`)
  const failure = (cause: unknown) => fileFailure(`write '${path}'`, cause)
  const file = await open(temporary, "wx").catch((cause: unknown) => {
    throw failure(cause)
  })
  let published = false
  return {
    async write(source) {
      for await (const chunk of source) {
        // Not `file.write`, which may take a part only.
        await file.writeFile(chunk).catch((cause: unknown) => {
          throw failure(cause)
        })
      }
    },

    async publish() {
      try {
        await file.sync()
        await rename(temporary, target)
        published = true
      } catch (cause) {
        throw failure(cause)
      }
    },

    async [Symbol.asyncDispose]() {
      await file.close()
      if (!published) await unlink(temporary).catch(() => undefined)
    },
  }
}

/** Where a link leads, so that the link stays. What is no plain file must not give way to one: it may be a device. */
async function targetOf(path: string): Promise<string> {
  try {
    const found = await stat(path)
    if (found.isFile()) return await realpath(path)
    throw new ImageFileError(
      `Cannot write '${path}': it is ${found.isDirectory() ? "a folder" : "no plain file"}.`,
    )
  } catch (error) {
    if (systemCode(error) === "ENOENT") return path
    throw error instanceof ImageFileError ? error : fileFailure(`write '${path}'`, error)
  }
}
