/**
 * Writes tar archives in the ustar format: as much of it as container layers and image archives need.
 * @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06
 * @module
 */

const BLOCK = 512

export interface TarEntry {
  /** Path in the archive, at most 100 bytes, without a leading slash. */
  readonly name: string
  readonly type?: "file" | "directory" | "symlink"
  /** Permission bits; 0644 for files and 0755 for directories when left out. */
  readonly mode?: number
  /** Bytes of content that follow. */
  readonly size?: number
  /** Target of a symbolic link, at most 100 bytes. */
  readonly target?: string
}

const TYPE_FLAGS = { file: "0", symlink: "2", directory: "5" } as const

/** The 512 bytes before an entry's content. Times and owners are zero, so equal input gives equal archives. */
export function tarHeader({ name, type = "file", mode, size = 0, target = "" }: TarEntry): Buffer {
  if (Buffer.byteLength(name) > 100 || Buffer.byteLength(target) > 100)
    throw new RangeError(`too long: ${name}`)
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number, offset: number, length: number) =>
    header.write(value.toString(8).padStart(length - 1, "0"), offset, "latin1")
  header.write(name, 0)
  octal(mode ?? (type === "directory" ? 0o755 : 0o644), 100, 8)
  octal(0, 108, 8) // uid
  octal(0, 116, 8) // gid
  octal(size, 124, 12)
  octal(0, 136, 12) // mtime
  header.write("        ", 148, "latin1") // the checksum counts as spaces while it is computed
  header.write(TYPE_FLAGS[type], 156, "latin1")
  header.write(target, 157)
  header.write("ustar\u000000", 257, "latin1")
  octal(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  )
  return header
}

/** The zeros after `size` bytes of content, up to the next block. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK)
}

/** The two empty blocks that end an archive. */
export const TAR_END = Buffer.alloc(2 * BLOCK)

/** Bytes of an archive that holds one file of `size` bytes. */
export function tarSizeOf(size: number): number {
  return BLOCK + size + tarPadding(size).length + TAR_END.length
}

/** An entry with its content. */
export function tarFile(entry: Omit<TarEntry, "size">, content: Uint8Array | string = ""): Buffer {
  const bytes = Buffer.from(content)
  return Buffer.concat([tarHeader({ ...entry, size: bytes.length }), bytes, tarPadding(bytes.length)])
}

/** A whole archive of entries made by {@link tarFile}. */
export function tarArchive(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat([...entries, TAR_END])
}
