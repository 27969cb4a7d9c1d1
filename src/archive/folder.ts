/**
 * Image files in a folder. Links are not followed: whoever packed the folder could have them lead anywhere on this machine.
 * @module
 */
import { constants } from "node:fs"
import { lstat, open, stat } from "node:fs/promises"
import { join } from "node:path"
import { ArchiveError, fileFailure, systemCode } from "./errors.ts"
import type { ImageFiles } from "./files.ts"
import { readRange } from "./read-range.ts"

const READ_ONLY = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** @throws ArchiveError ABSENT if there is no such folder; ImageFileError */
export async function openFolder(path: string): Promise<ImageFiles> {
  const found = await stat(path).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined
    throw fileFailure(`read '${path}'`, error)
  })
  if (!found) throw new ArchiveError("ABSENT", `There is no folder '${path}'.`)
  if (!found.isDirectory()) {
    const text = `'${path}' is a file and no folder: a layout in a tar archive is written oci-archive:${path}.`
    throw new ArchiveError("ABSENT", text)
  }
  return {
    place: `'${path}'`,

    async size(name) {
      const file = await plainFile(path, name)
      return file?.size
    },

    async *read(name, signal) {
      const found = await plainFile(path, name)
      if (!found) throw new ArchiveError("DAMAGED", `'${path}' has no '${name}'.`)
      try {
        // Should the file have been swapped for a link or a pipe meanwhile, this neither follows nor waits.
        await using file = await open(join(path, name), READ_ONLY)
        yield* readRange(file, 0, found.size, signal)
      } catch (error) {
        signal?.throwIfAborted()
        throw systemCode(error) === undefined ? error : fileFailure(`read '${join(path, name)}'`, error)
      }
    },

    [Symbol.asyncDispose]: async () => undefined,
  }
}

/**
 * The file, if there is one.
 * @param name relative, its parts joined by `/`
 * @throws ArchiveError DAMAGED if it, or a folder on the way to it, is a link or anything else
 */
export async function plainFile(
  folder: string,
  name: string,
): Promise<{ readonly size: number } | undefined> {
  const parts = name.split("/")
  for (const [index] of parts.entries()) {
    const path = join(folder, ...parts.slice(0, index + 1))
    const isLast = index === parts.length - 1
    const found = await lstat(path).catch((error: unknown) => {
      if (systemCode(error) === "ENOENT") return undefined
      throw fileFailure(`read '${path}'`, error)
    })
    if (!found) return undefined
    if (found.isSymbolicLink()) {
      const text = `'${path}' is a symbolic link, which is not followed in a layout: copy the layout with its files (cp -rL).`
      throw new ArchiveError("DAMAGED", text)
    }
    if (isLast ? !found.isFile() : !found.isDirectory())
      throw new ArchiveError("DAMAGED", `'${path}' is no ${isLast ? "plain file" : "folder"}.`)
    if (isLast) return { size: found.size }
  }
  return undefined
}
