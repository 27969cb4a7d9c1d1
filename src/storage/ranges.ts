/**
 * Byte ranges, for the drivers that must apply them on their own.
 * @module
 */
import { StorageError, type ByteRange } from "./driver.ts"

/**
 * The half-open interval of an object's bytes that a range stands for. A range that starts at 0 of an empty object is empty.
 * @throws StorageError INVALID_RANGE when it starts at or beyond the end
 */
export function resolveRange(
  range: ByteRange | undefined,
  object: { readonly driver: string; readonly key: string; readonly size: number },
): { start: number; end: number } {
  const { driver, key, size } = object
  const start = range?.start ?? 0
  if (start > 0 && start >= size) {
    throw new StorageError("INVALID_RANGE", `${key} has ${size} bytes and none at ${start}.`, { driver, key })
  }
  return { start, end: Math.min(size, (range?.end ?? Infinity) + 1) }
}
