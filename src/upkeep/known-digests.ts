/**
 * Digests that were found good by an earlier verification, in a file that outlives it however it ends: one line each, appended as
 * soon as it is known. A line that was cut short is no digest and does not count.
 * @module
 */
import { appendFile, readFile } from "node:fs/promises"
import { type Digest, isDigest } from "../oci/digest.ts"

export interface KnownDigests {
  has(digest: Digest): boolean
  add(digest: Digest): Promise<void>
}

/** The file is something else, or cannot be read or written. The message is a whole sentence. */
export class StateFileError extends Error {
  override readonly name = "StateFileError"
}

const TITLE = "oci-store verify, digests found good in"

/**
 * @param store by which the file is recognized as this store's: what was good in another says nothing here
 * @throws StateFileError
 */
export async function openKnownDigests(file: string, store: string): Promise<KnownDigests> {
  const title = `${TITLE} ${store}\n`
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return ""
    throw unusable(file, error)
  })
  if (!text.startsWith(title) && !title.startsWith(text)) throw stranger(file, text, store)
  const known = new Set(text.slice(title.length).split("\n").filter(isDigest))
  const isNew = text.length < title.length
  // What a killed writer began stands alone, and a title that it began is completed.
  const repair = isNew ? title.slice(text.length) : text.endsWith("\n") ? "" : "\n"
  if (repair) await append(file, repair)
  return {
    has: (digest) => known.has(digest),
    async add(digest) {
      if (known.has(digest)) return
      known.add(digest)
      await append(file, `${digest}\n`)
    },
  }
}

async function append(file: string, text: string): Promise<void> {
  try {
    await appendFile(file, text)
  } catch (error) {
    throw unusable(file, error)
  }
}

function unusable(file: string, cause: unknown): StateFileError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new StateFileError(`The state file '${file}' cannot be used: ${why}.`, { cause })
}

function stranger(file: string, text: string, store: string): StateFileError {
  const [title = ""] = text.split("\n", 1)
  const what = title.startsWith(TITLE)
    ? `is about ${title.slice(TITLE.length + 1)}, not ${store}`
    : "was not written by verify"
  return new StateFileError(`The state file '${file}' ${what}: name another one.`)
}
