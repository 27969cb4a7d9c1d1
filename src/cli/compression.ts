/**
 * How layers are compressed that this program compresses.
 * @module
 */
import type { CompressOptions, Compression } from "../archive/compress.ts"
import { UsageError } from "./usage-error.ts"
import type { Values } from "./values.ts"

const HIGHEST: Readonly<Record<Compression, number>> = { gzip: 9, zstd: 19 }

/**
 * Undefined where nothing is said of it.
 * @throws UsageError
 */
export function readCompression(values: Values): CompressOptions | undefined {
  const algorithm = values.text("compression") === "zstd" ? "zstd" : "gzip"
  if (values.text("compression") === undefined && values.number("compression-level") === undefined)
    return undefined
  const level = values.number("compression-level")
  const highest = HIGHEST[algorithm]
  if (level === undefined || (level >= 1 && level <= highest)) return { algorithm, level }
  throw new UsageError(`--compression-level is 1 to ${highest} for ${algorithm}, not ${level}`)
}
