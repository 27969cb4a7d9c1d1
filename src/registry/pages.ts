/**
 * Pages of names in code-unit order, out of a store that orders them with a slash behind each: there `v1-rc/` and `v1.0/` come
 * before `v1/`. Only a name that goes on with `-` or `.` can come too early so; of those that it comes before, each is its own
 * beginning, and can be asked for instead of read up to.
 * @module
 */
export interface PageOptions {
  /** Names at most. */
  readonly limit?: number
  /** Only names after this one. */
  readonly last?: string
}

export interface Page<T> {
  readonly names: readonly T[]
  /** The store has more after the last of these. */
  readonly more: boolean
}

/**
 * @param names ordered as `<name>/`, at the latest from the first after `last` on
 * @param has whether the store has a name that has not come yet
 */
export async function pageOf<T extends string>(
  names: AsyncIterable<T>,
  has: (name: string) => Promise<boolean>,
  { limit = Infinity, last = "" }: PageOptions,
): Promise<Page<T>> {
  const found: T[] = []
  let end = ""
  for await (const name of names) {
    if (name > last) found.push(name)
    if (found.length <= limit) continue
    end = name
    break
  }
  const late = beginningsOf(end).filter((name) => name > last)
  const present = await Promise.all(late.map(has))
  const all = [...found, ...late.filter((_, index) => present[index])].toSorted(byCodeUnit)
  return { names: all.slice(0, limit) as T[], more: all.length > limit }
}

/** `v1`, `v1.0` of `v1.0-rc`: what sorts before it, but comes after it in the store. */
function beginningsOf(name: string): readonly string[] {
  return [...name.matchAll(/[-.]/g)].map(({ index }) => name.slice(0, index))
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
