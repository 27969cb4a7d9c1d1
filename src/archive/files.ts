/**
 * The files that an image is made of, in a folder or in a tar archive: found by name, read in any order, as often as needed.
 * @module
 */
import { ArchiveError } from "./errors.ts"

export interface ImageFiles extends AsyncDisposable {
  /** Where they are, for messages. */
  readonly place: string
  /** Bytes of a file; undefined if there is none of that name. */
  size(name: string): Promise<number | undefined>
  /**
   * The bytes of a file that is there, read as they are asked for. What they hash to is the reader's to find out.
   * @throws ArchiveError DAMAGED for what is no plain file; ImageFileError; the signal's reason
   */
  read(name: string, signal?: AbortSignal): AsyncIterable<Uint8Array>
}

/**
 * A small file, whole; undefined if there is none.
 * @throws ArchiveError DAMAGED if it has more than `limit` bytes
 */
export async function readSmall(files: ImageFiles, name: string, limit: number): Promise<Buffer | undefined> {
  const size = await files.size(name)
  if (size === undefined) return undefined
  if (size > limit)
    throw new ArchiveError(
      "DAMAGED",
      `'${name}' in ${files.place} has ${size} bytes: manifests have ${limit} at most.`,
    )
  const chunks: Uint8Array[] = []
  for await (const chunk of files.read(name)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/**
 * A small file's JSON; undefined if there is no such file.
 * @throws ArchiveError DAMAGED if it is none
 */
export async function readJson(files: ImageFiles, name: string, limit: number): Promise<unknown> {
  const bytes = await readSmall(files, name, limit)
  if (!bytes) return undefined
  try {
    return JSON.parse(bytes.toString()) as unknown
  } catch (cause) {
    throw new ArchiveError("DAMAGED", `'${name}' in ${files.place} is not JSON.`, { cause })
  }
}
