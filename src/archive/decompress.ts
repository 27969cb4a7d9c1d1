/**
 * Unpacking, for readers that do not know a compression.
 * @module
 */
import { pipeline, type Readable } from "node:stream"
import { createZstdDecompress } from "node:zlib"
import { copied } from "../chunks.ts"

/** Layers by media type that engines before Docker 23 with the classic store cannot read. */
export function isZstd(mediaType: string): boolean {
  return /[.+]zstd$/.test(mediaType)
}

/** Fails as `source` fails. */
export function unpackZstd(source: AsyncIterable<Uint8Array>): Readable {
  return pipeline(copied(source), createZstdDecompress(), () => undefined)
}
