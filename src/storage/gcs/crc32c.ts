/**
 * CRC-32C (Castagnoli), which the store computes of every object: to know that what it has is what was sent.
 *
 * Eight bytes a step (slicing-by-8): more than 1 GB/s, a twentieth of what encryption and network take.
 * @see https://cloud.google.com/storage/docs/data-validation
 * @module
 */

const POLYNOMIAL = 0x82f63b78

/** At `256 * n + byte`: the byte's share of a checksum that goes on for n bytes after it. */
const TABLE = makeTable()

function makeTable(): Int32Array {
  const table = new Int32Array(8 * 256)
  for (let byte = 0; byte < 256; byte += 1) {
    let crc = byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
    table[byte] = crc
  }
  for (let index = 256; index < table.length; index += 1) {
    const before = table[index - 256]!
    table[index] = (before >>> 8) ^ table[before & 255]!
  }
  return table
}

/** The checksum of bytes, or of more bytes after those of the checksum `before`. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  const [t, b] = [TABLE, bytes]
  const steps = b.length & ~7
  let crc = ~before
  let i = 0
  for (; i < steps; i += 8) {
    crc ^= b[i]! | (b[i + 1]! << 8) | (b[i + 2]! << 16) | (b[i + 3]! << 24)
    crc =
      t[1792 + (crc & 255)]! ^
      t[1536 + ((crc >>> 8) & 255)]! ^
      t[1280 + ((crc >>> 16) & 255)]! ^
      t[1024 + (crc >>> 24)]! ^
      t[768 + b[i + 4]!]! ^
      t[512 + b[i + 5]!]! ^
      t[256 + b[i + 6]!]! ^
      t[b[i + 7]!]!
  }
  for (; i < b.length; i += 1) crc = (crc >>> 8) ^ t[(crc ^ b[i]!) & 255]!
  return ~crc >>> 0
}

/** As the store writes it: four bytes, the highest first, in base64. */
export function encodeCrc32c(crc: number): string {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc)
  return bytes.toString("base64")
}
