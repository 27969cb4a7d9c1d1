/**
 * A layer out of the registry, for an archive.
 * @module
 */
import { isZstd, unpackZstd } from "../../archive/decompress.ts"
import type { Descriptor } from "../../oci/descriptor.ts"
import type { RepositoryName } from "../../oci/reference.ts"
import type { Registry } from "../../registry/registry.ts"
import type { StoreSide } from "../transfer.ts"
import { openHold } from "./hold.ts"
import type { OpenLayer } from "./image-to-load.ts"

interface WantedLayer {
  readonly name: RepositoryName
  readonly layer: Descriptor
  /** Whoever gets the archive may read no zstd. */
  readonly unpacks: boolean
}

export async function openLayer(
  registry: Registry,
  { name, layer, unpacks }: WantedLayer,
  options: StoreSide,
): Promise<OpenLayer> {
  const { body, size } = await registry.blobs.read(name, layer.digest, undefined, options.signal)
  if (!unpacks || !isZstd(layer.mediaType))
    return { size, body, [Symbol.asyncDispose]: async () => body.destroy() }
  // Through a temporary file: an archive says how long a file is before it begins.
  const spool = openHold(options)
  try {
    await spool.append(unpackZstd(body))
  } catch (error) {
    await spool[Symbol.asyncDispose]()
    throw error
  }
  return {
    size: spool.size,
    body: spool.read(),
    [Symbol.asyncDispose]: () => spool[Symbol.asyncDispose](),
  }
}
