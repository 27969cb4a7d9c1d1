/**
 * Which of the names that there are could have been meant.
 * @module
 */

/** At most `limit` names, the most similar first; of equally similar ones, the later in their order (the newer version). */
export function closest<T extends string>(wanted: string, names: readonly T[], limit = 5): readonly T[] {
  return names
    .map((name, index) => ({ name, index, distance: distance(wanted, name) }))
    .toSorted((a, b) => a.distance - b.distance || b.index - a.index)
    .slice(0, limit)
    .map(({ name }) => name)
}

/** How far two names are apart, after Levenshtein: insertions, deletions and replacements that make one text of the other. */
export function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
