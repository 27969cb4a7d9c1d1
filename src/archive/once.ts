/**
 * Bytes that are in memory, where a body is asked for.
 * @module
 */

/** One chunk; none if there are no bytes. */
export async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  if (bytes.byteLength > 0) yield bytes
}
