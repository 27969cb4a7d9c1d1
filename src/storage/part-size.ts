/**
 * How an object is cut into parts. All parts but the last are equal (Cloudflare R2 demands it), so the size is chosen before
 * the first.
 * @module
 */

/**
 * Bytes. Small enough that an unknown, possibly small object does not hold much memory, and that six parts, which come out somewhat
 * larger, are on their way together in the 96 MiB that a process has by default; it reaches 146 GiB.
 */
const DEFAULT_PART_SIZE = 15 * 1024 * 1024

/** S3's limit of parts in one object, which others share. */
export const MAX_PARTS = 10_000

/** Parts that an object of known size is cut into at most: some below the limit. */
const PLANNED_PARTS = 9000

/**
 * Bytes of all parts but the last. An object of known size is cut into as many equal parts as whole `partSize`s fit into it,
 * so there is no short last part, and an object below two of them is a single one.
 */
export function choosePartSize(size: number | undefined, partSize = DEFAULT_PART_SIZE): number {
  if (size === undefined) return partSize
  const count = Math.max(1, Math.floor(size / partSize))
  return Math.max(1, Math.ceil(size / count), Math.ceil(size / PLANNED_PARTS))
}
