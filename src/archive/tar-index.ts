/**
 * What lies where in a tar archive: only headers are read, so that bodies nobody wants cost nothing. (The tar library reads archives
 * as streams, from the first byte to the last.)
 * @see https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13
 * @module
 */
import type { FileHandle } from "node:fs/promises"
import { posix } from "node:path"
import { ArchiveError } from "./errors.ts"
import { readFully } from "./read-range.ts"

export interface TarSlot {
  /** Of the body's first byte. */
  readonly offset: number
  /** Bytes. */
  readonly size: number
  /** Another entry's name, for a link. */
  readonly target?: string
}

const BLOCK = 512

const HARD_LINK = "1"
const SYMBOLIC_LINK = "2"

/** Headers about the entry behind them, or about all: of pax, and GNU's for long names. */
const EXTENSIONS: ReadonlySet<string> = new Set(["x", "g", "L", "K"])

/** Bytes: names and pax records are shorter. */
const EXTENSION_LIMIT = 1024 * 1024

/** What a pax or GNU header says of the entry behind it. */
interface Extension {
  readonly path?: string | undefined
  readonly linkpath?: string | undefined
  readonly size?: number | undefined
}

/**
 * @param size of the whole file, bytes
 * @param place for messages
 * @throws ArchiveError DAMAGED for what is no tar archive, is broken off, or has names that lead out of it
 */
export async function indexTar(
  file: FileHandle,
  size: number,
  place: string,
): Promise<ReadonlyMap<string, TarSlot>> {
  const slots = new Map<string, TarSlot>()
  for await (const { type, path, linkpath, offset, length } of entriesOf(file, size, place)) {
    const name = nameOf(path, place)
    const link = { offset, size: 0 }
    if (isFile(type)) slots.set(name, { offset, size: length })
    if (type === HARD_LINK) slots.set(name, { ...link, target: posix.normalize(linkpath) })
    if (type === SYMBOLIC_LINK)
      slots.set(name, { ...link, target: posix.join(posix.dirname(name), linkpath) })
  }
  if (slots.size === 0) throw notTar(place, 0)
  return slots
}

interface Entry {
  readonly type: string
  readonly path: string
  readonly linkpath: string
  /** Of the body. */
  readonly offset: number
  /** Bytes of the body. */
  readonly length: number
}

async function* entriesOf(file: FileHandle, size: number, place: string): AsyncGenerator<Entry, void> {
  const header = Buffer.alloc(BLOCK)
  let extension: Extension = {}
  for (let position = 0; position < size;) {
    if ((await readFully(file, header, position)) < BLOCK) throw brokenOff(place)
    if (header.every((byte) => byte === 0)) return
    if (!isHeader(header)) throw notTar(place, position)
    const type = String.fromCharCode(header[156] ?? 0)
    const isExtension = EXTENSIONS.has(type)
    const offset = position + BLOCK
    const length = (isExtension ? undefined : extension.size) ?? readNumber(header, 124, 12)
    if (!Number.isSafeInteger(length) || length < 0) throw notTar(place, position)
    const hasBody = isExtension || isFile(type)
    // Some writers leave out the padding behind the last body.
    if (hasBody && offset + length > size) throw brokenOff(place)
    position = offset + (hasBody ? Math.ceil(length / BLOCK) * BLOCK : 0)
    if (isExtension) {
      if (length > EXTENSION_LIMIT) throw notTar(place, offset - BLOCK)
      const body = Buffer.alloc(length)
      await readFully(file, body, offset)
      Object.assign(extension, readExtension(type, body))
      continue
    }
    const { path = nameIn(header), linkpath = text(header, 157, 100) } = extension
    yield { type, path, linkpath, offset, length }
    extension = {}
  }
}

function isFile(type: string): boolean {
  return type === "0" || type === "\0" || type === "7"
}

/** `./blobs/…` is `blobs/…`. Nothing is unpacked, but an archive that tries to leave its folder is none to trust. */
function nameOf(name: string, place: string): string {
  if (name.startsWith("/") || name.split("/").includes("..")) {
    const text = `${place} has an entry '${name}', which leads out of the archive: it is not read.`
    throw new ArchiveError("DAMAGED", text)
  }
  return posix.normalize(name).replace(/\/$/, "")
}

function nameIn(header: Buffer): string {
  const name = text(header, 0, 100)
  // GNU archives have times where others have the name's beginning.
  const prefix = header.toString("latin1", 257, 263) === "ustar\0" ? text(header, 345, 155) : ""
  return prefix === "" ? name : `${prefix}/${name}`
}

function readExtension(type: string, body: Buffer): Extension {
  if (type === "L") return { path: text(body, 0, body.length) }
  if (type === "K") return { linkpath: text(body, 0, body.length) }
  if (type === "g") return {}
  const records = new Map<string, string>()
  for (let rest = body; rest.length > 0;) {
    const length = Number.parseInt(rest.toString("latin1", 0, 20), 10)
    if (!(length > 0)) break
    const record = rest.toString("utf8", rest.indexOf(0x20) + 1, length - 1)
    const equals = record.indexOf("=")
    records.set(record.slice(0, equals), record.slice(equals + 1))
    rest = rest.subarray(length)
  }
  const size = records.get("size")
  const path = records.get("path")
  const linkpath = records.get("linkpath")
  return {
    ...(path !== undefined && { path }),
    ...(linkpath !== undefined && { linkpath }),
    ...(size !== undefined && { size: Number(size) }),
  }
}

function text(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length)
  const end = field.indexOf(0)
  return field.toString("utf8", 0, end === -1 ? field.length : end)
}

/** Octal digits or, with the first bit set, a number in base 256. */
function readNumber(header: Buffer, start: number, length: number): number {
  const field = header.subarray(start, start + length)
  if (((field[0] ?? 0) & 0x80) !== 0) return field.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0)
  const digits = text(header, start, length).trim()
  return digits === "" ? 0 : Number.parseInt(digits, 8)
}

/** The sum of all bytes, with spaces in the place of the sum itself. */
function isHeader(header: Buffer): boolean {
  const sum = header.reduce((sum, byte, index) => sum + (index >= 148 && index < 156 ? 0x20 : byte), 0)
  return readNumber(header, 148, 8) === sum
}

function brokenOff(place: string): ArchiveError {
  return new ArchiveError("DAMAGED", `${place} is broken off: the archive is longer than the file.`)
}

function notTar(place: string, position: number): ArchiveError {
  const where =
    position === 0 ? "is no tar archive" : `is no whole tar archive: byte ${position} begins no entry`
  return new ArchiveError("DAMAGED", `${place} ${where}.`)
}
