/**
 * What a layer is, by its first bytes.
 * @module
 */

export type LayerContent = "gzip" | "zstd" | "tar" | "other"

/** Bytes of a layer that say what it is: up to the magic of a tar header. */
const HEAD = 512

/** POSIX 1003.1: the magic of a header, and where it stands. */
const TAR_MAGIC = "ustar"
const TAR_MAGIC_OFFSET = 257

/** The content and, unread, the body. */
export async function recognise(
  body: AsyncIterable<Uint8Array>,
): Promise<{ readonly content: LayerContent; readonly body: AsyncIterable<Uint8Array> }> {
  const rest = body[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let length = 0
  let isOver = false
  while (length < HEAD && !isOver) {
    const { done, value } = await rest.next()
    isOver = done ?? false
    if (!value) continue
    chunks.push(value)
    length += value.byteLength
  }
  const head = Buffer.concat(chunks)
  return { content: contentOf(head.subarray(0, HEAD)), body: joined(head, rest) }
}

/** RFC 1952, section 2.3.1; RFC 8878, section 3.1.1. An empty layer is a tar archive of nothing but zeros. */
function contentOf(head: Buffer): LayerContent {
  if (head.length >= 2 && head.readUInt16BE(0) === 0x1f8b) return "gzip"
  if (head.length >= 4 && head.readUInt32LE(0) === 0xfd2fb528) return "zstd"
  const magic = head.toString("latin1", TAR_MAGIC_OFFSET, TAR_MAGIC_OFFSET + TAR_MAGIC.length)
  const isEmpty = head.length === HEAD && head.every((byte) => byte === 0)
  return magic === TAR_MAGIC || isEmpty ? "tar" : "other"
}

async function* joined(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  if (head.byteLength > 0) yield head
  for (let step = await rest.next(); !step.done; step = await rest.next()) yield step.value
}
