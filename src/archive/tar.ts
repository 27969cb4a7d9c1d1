/**
 * Tar archives as they pass by: the only file that knows the tar library.
 * @module
 */
import { once } from "node:events"
import { pipeline, Readable } from "node:stream"
import { type Entry, extract, pack } from "tar-stream"
import { copied } from "../chunks.ts"
import { ArchiveError } from "./errors.ts"

export interface TarEntry {
  readonly name: string
  /** Bytes of the body. */
  readonly size: number
  /** What a link points to, relative to the entry. */
  readonly linkname?: string | undefined
  /** To be read before the next entry is asked for; what is left of it is passed over. */
  readonly body: AsyncIterable<Uint8Array>
}

/**
 * The files and links of an archive, in its order.
 * @throws ArchiveError if it is no tar archive; whatever `source` throws
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarEntry, void> {
  const entries = extract()
  // What the source throws is not the archive's fault.
  let failure: { error: unknown } | undefined
  async function* watched() {
    try {
      yield* source
    } catch (error) {
      failure = { error }
      throw error
    }
  }
  pipeline(watched(), entries, () => undefined)
  try {
    for await (const entry of entries as AsyncIterable<Entry>) {
      const { name, type, size = 0, linkname } = entry.header
      const isLink = type === "symlink" || type === "link"
      if (type === "file" || isLink) {
        yield { name, size, body: entry, ...(isLink && { linkname: linkname ?? "" }) }
      }
      entry.resume()
    }
  } catch (error) {
    if (failure) throw failure.error
    throw new ArchiveError("DAMAGED", "The archive is not a tar archive, or broken off.", { cause: error })
  }
}

export interface TarWriter {
  /** The archive. Destroyed with the error when an entry fails. */
  readonly archive: Readable
  /** Resolves when the archive's reader has taken the entry. `body` has to have exactly `size` bytes. */
  add(name: string, size: number, body: AsyncIterable<Uint8Array>): Promise<void>
  end(): void
}

export function createTarWriter(): TarWriter {
  const packer = pack()
  const archive = Readable.from(packer as AsyncIterable<Uint8Array>, { objectMode: false })
  // A reader that has gone takes no more: nobody must wait for it.
  const abandoned = new AbortController()
  archive.once("close", () => abandoned.abort())
  return {
    archive,

    async add(name, size, body) {
      const entry = packer.entry({ name, size, mode: 0o644, mtime: new Date(0) })
      const finished = once(entry, "finish", { signal: abandoned.signal })
      finished.catch(() => undefined) // told by the one who waits, if anyone still does
      for await (const chunk of copied(body)) {
        if (!entry.write(chunk)) await once(entry, "drain", { signal: abandoned.signal })
      }
      entry.end()
      await finished
    },

    end: () => packer.finalize(),
  }
}
