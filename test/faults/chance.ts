/**
 * Chance that can be repeated: decided by a seed and by what it is about, never by the order in which things happen to run.
 * @module
 */
import { createHash } from "node:crypto"

/** From 0 to 1, the same for the same text. */
export function chance(about: string): number {
  return createHash("sha256").update(about).digest().readUInt32BE(0) / 2 ** 32
}

export function pick<T>(items: readonly T[], about: string): T {
  const item = items[Math.floor(chance(about) * items.length)]
  if (item === undefined) throw new RangeError("nothing to pick from")
  return item
}

/** So many of the items, in their order. */
export function sample<T>(items: readonly T[], count: number, about: string): readonly T[] {
  const ranked = items.map((item, index) => ({ item, index, rank: chance(`${about} ${index}`) }))
  const taken = ranked.toSorted((a, b) => a.rank - b.rank).slice(0, count)
  return taken.toSorted((a, b) => a.index - b.index).map(({ item }) => item)
}

/** Bytes that nothing compresses and that no other text gives. */
export function bytesOf(size: number, about: string): Buffer {
  return createHash("shake256", { outputLength: size }).update(about).digest()
}
