/**
 * Image files in a tar archive on this machine, or in one that comes as a stream: that, like a compressed one, is kept in a
 * temporary file, for what an archive is made of stands at its end and what it is of is read in another order.
 * @module
 */
import { randomUUID } from "node:crypto"
import { type FileHandle, open, unlink } from "node:fs/promises"
import { join } from "node:path"
import { addAbortSignal, pipeline, Readable } from "node:stream"
import { createGunzip, createZstdDecompress } from "node:zlib"
import { recognise } from "./content.ts"
import { ArchiveError, fileFailure, systemCode } from "./errors.ts"
import type { ImageFiles } from "./files.ts"
import { readRange } from "./read-range.ts"
import { indexTar, type TarSlot } from "./tar-index.ts"

export interface TarFileOptions {
  /** Folder for the temporary file. */
  readonly tempDir: string
  readonly signal?: AbortSignal | undefined
}

export interface TarFiles extends ImageFiles {
  /** The entry that another is a link to, or itself. */
  resolve(name: string): string
}

/**
 * @param archive its path, or its bytes
 * @throws ArchiveError; ImageFileError
 */
export async function openTarFile(
  archive: string | AsyncIterable<Uint8Array>,
  options: TarFileOptions,
): Promise<TarFiles> {
  const place = typeof archive === "string" ? `'${archive}'` : "the archive on standard input"
  await using opened = new AsyncDisposableStack()
  let file: FileHandle
  if (typeof archive === "string") {
    file = opened.use(await openFile(archive))
    if (await isCompressed(file)) {
      const packed = readRange(file, 0, Number.MAX_SAFE_INTEGER, options.signal)
      file = opened.use(await keep(packed, place, options))
    }
  } else file = opened.use(await keep(archive, place, options))
  const { size } = await file.stat()
  const slots = await indexTar(file, size, place)
  const handles = opened.move()
  const resolve = (name: string) => resolved(slots, name)
  return {
    place,
    resolve,
    size: async (name) => slots.get(resolve(name))?.size,

    async *read(name, signal) {
      const slot = slots.get(resolve(name))
      if (!slot) throw new ArchiveError("DAMAGED", `${place} has no '${name}'.`)
      yield* readRange(file, slot.offset, slot.size, signal)
    },

    [Symbol.asyncDispose]: () => handles.disposeAsync(),
  }
}

/** Links may lead to links, but not for ever. */
function resolved(slots: ReadonlyMap<string, TarSlot>, name: string): string {
  let current = name
  for (let step = 0; step < 10; step++) {
    const target = slots.get(current)?.target
    if (target === undefined) return current
    current = target
  }
  return current
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    const file = await open(path)
    const found = await file.stat()
    if (found.isFile()) return file
    await file.close()
    const kind = found.isDirectory() ? "a folder" : "no plain file"
    throw new ArchiveError("ABSENT", `'${path}' is ${kind}: an archive is a file.`)
  } catch (error) {
    if (error instanceof ArchiveError) throw error
    if (systemCode(error) === "ENOENT") throw new ArchiveError("ABSENT", `There is no file '${path}'.`)
    throw fileFailure(`read '${path}'`, error)
  }
}

async function isCompressed(file: FileHandle): Promise<boolean> {
  const head = Buffer.alloc(4)
  const { bytesRead } = await file.read(head, 0, head.length, 0)
  const { content } = await recognise(Readable.from([head.subarray(0, bytesRead)]))
  return content === "gzip" || content === "zstd"
}

/** The archive, unpacked, in a temporary file that is gone with the process, however that ends. */
async function keep(
  source: AsyncIterable<Uint8Array>,
  place: string,
  { tempDir, signal }: TarFileOptions,
): Promise<FileHandle> {
  const path = join(tempDir, `oci-store-${randomUUID()}.tmp`)
  const failure = (cause: unknown) =>
    fileFailure(`keep ${place} in '${tempDir}', where --tmp-dir names another folder`, cause)
  const file = await open(path, "wx+", 0o600).catch((cause: unknown) => {
    throw failure(cause)
  })
  await using opened = new AsyncDisposableStack()
  opened.use(file)
  await unlink(path).catch(() => opened.defer(() => unlink(path)))
  // Whoever feeds us may never write another byte.
  if (signal && source instanceof Readable) addAbortSignal(signal, source)
  try {
    const { content, body } = await recognise(source)
    for await (const chunk of unpacked(content, body, place)) {
      await file.writeFile(chunk).catch((cause: unknown) => {
        throw failure(cause)
      })
    }
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  }
  opened.move()
  return file
}

async function* unpacked(
  content: string,
  body: AsyncIterable<Uint8Array>,
  place: string,
): AsyncGenerator<Uint8Array, void> {
  if (content !== "gzip" && content !== "zstd") {
    yield* body
    return
  }
  let failure: { readonly error: unknown } | undefined
  async function* watched() {
    try {
      yield* body
    } catch (error) {
      failure = { error }
      throw error
    }
  }
  const unpacker = content === "gzip" ? createGunzip() : createZstdDecompress()
  try {
    yield* pipeline(watched(), unpacker, () => undefined) as AsyncIterable<Uint8Array>
  } catch (cause) {
    if (failure) throw failure.error
    throw new ArchiveError("DAMAGED", `${place} cannot be unpacked: it is broken off or damaged.`, { cause })
  }
}
