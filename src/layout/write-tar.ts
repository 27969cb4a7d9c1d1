/**
 * An OCI image layout as a tar archive, written from its first byte to its last.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
 * @module
 */
import type { Descriptor } from "../oci/descriptor.ts"
import { entryOf } from "../archive/image-archive.ts"
import { once } from "../chunks.ts"
import { createTarWriter } from "../archive/tar.ts"
import { EMPTY_INDEX, LAYOUT_MARKER, type LayoutWriter, withImage } from "./layout-writer.ts"

/**
 * @param consume takes the archive's bytes, and resolves when it has them all
 */
export function openLayoutTar(consume: (archive: AsyncIterable<Uint8Array>) => Promise<void>): LayoutWriter {
  const writer = createTarWriter()
  const consumed = consume(writer.archive)
  // Told by whoever waits: a writer that fails first is told by its own error.
  consumed.catch(() => writer.archive.destroy())

  /** What became of the archive says more than that nobody takes it any more. */
  async function add(name: string, size: number, body: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      await writer.add(name, size, body)
    } catch (error) {
      if (writer.archive.destroyed) await consumed
      throw error
    }
  }

  const addJson = (name: string, value: unknown) => {
    const bytes = Buffer.from(JSON.stringify(value))
    return add(name, bytes.length, once(bytes))
  }

  return {
    inParallel: 1,
    has: async () => false,
    add: ({ digest, size }: Descriptor, body) => add(entryOf(digest), size, body),

    async finish(image) {
      await addJson("index.json", withImage(EMPTY_INDEX, image))
      await addJson("oci-layout", LAYOUT_MARKER)
      writer.end()
      await consumed
    },

    async [Symbol.asyncDispose]() {
      writer.archive.destroy()
      await consumed.catch(() => undefined)
    },
  }
}
