/**
 * Bytes on their way, chunk by chunk. The rule for bodies in both directions: a chunk is good until the next one is asked for. Then
 * its buffer may be filled anew, or its memory given back; who keeps a chunk for longer copies it.
 * @module
 */

/**
 * Gives a chunk's memory back as soon as it has been used. The garbage collector would let some 60 MB of them gather first: it is
 * called for objects, and a chunk is a small one.
 * @param source whose chunks nobody else uses
 */
export async function* givingBack(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of source) {
    const { buffer, byteLength } = chunk
    yield chunk
    // A smaller one may be a part of what others still use.
    if (byteLength === buffer.byteLength && buffer instanceof ArrayBuffer) buffer.transfer(0)
  }
}

/** The same chunks, to be kept: for streams, which ask for more than they have passed on. */
export async function* copied(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void> {
  for await (const chunk of source) yield Buffer.from(chunk)
}

/** One chunk; none if there are no bytes. */
export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  if (bytes.byteLength > 0) yield bytes
}

/** Everything, in one piece. */
export async function collected(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of copied(source)) chunks.push(chunk)
  return Buffer.concat(chunks)
}
