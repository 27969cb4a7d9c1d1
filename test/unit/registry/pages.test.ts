import { describe, expect, it } from "vitest"
import { pageOf } from "../../../src/registry/pages.ts"

/** A store's listing: ordered with a slash behind each name, and counted as it is read. */
function storeOf(names: readonly string[]) {
  const ordered = names.toSorted((a, b) => (`${a}/` < `${b}/` ? -1 : 1))
  const counts = { read: 0, asked: 0 }
  return {
    counts,
    async *listAfter(last = ""): AsyncGenerator<string> {
      for (const name of ordered) {
        if (`${name}/` <= last) continue
        counts.read += 1
        yield name
      }
    },
    async has(name: string): Promise<boolean> {
      counts.asked += 1
      return names.includes(name)
    },
  }
}

const inOrder = (names: readonly string[]): readonly string[] =>
  names.toSorted((a, b) => (a < b ? -1 : Number(a > b)))

/** All names made of these pieces: each beginning of each, and each of each. */
const PIECES = ["a", "b", "-", ".", "0", "_"]
const NAMES = PIECES.flatMap((one) =>
  PIECES.flatMap((two) => ["", ...PIECES].map((three) => `${one}${two}${three}`)),
).filter((name) => !/^[-.]/.test(name))

describe("a page of names", () => {
  it.each([1, 2, 3, 7, 50, 1000])("of %i at a time, all of them come in order", async (limit) => {
    const pages: string[] = []
    let last = ""
    for (let more = true; more;) {
      const { listAfter, has } = storeOf(NAMES)
      const page = await pageOf(listAfter(last), has, { limit, last })
      expect(page.names.length).toBeLessThanOrEqual(limit)
      pages.push(...page.names)
      more = page.more
      last = page.names.at(-1) ?? last
    }
    expect(pages).toEqual(inOrder(NAMES))
  })

  it.each(["a", "a-", "a-z", "a.", "a0", "zz"])("begins after %s, which need not be there", async (last) => {
    const { listAfter, has } = storeOf(NAMES)
    const { names, more } = await pageOf(listAfter(last), has, { limit: 5, last })
    const rest = inOrder(NAMES).filter((name) => name > last)
    expect(names).toEqual(rest.slice(0, 5))
    expect(more).toBe(rest.length > 5)
  })

  it("reads no more of a long list than it shows, wherever it begins", async () => {
    const builds = Array.from({ length: 20_000 }, (_, index) => `v1-build.${String(index).padStart(5, "0")}`)
    const { listAfter, has, counts } = storeOf(["v1", ...builds])
    const first = await pageOf(listAfter(), has, { limit: 100 })
    expect(first.names).toEqual(["v1", ...builds.slice(0, 99)])
    const last = builds[15_000] ?? ""
    const later = await pageOf(listAfter(last), has, { limit: 100, last })
    expect(later.names).toEqual(builds.slice(15_001, 15_101))
    expect(counts.read).toBeLessThan(210)
    expect(counts.asked).toBeLessThan(5)
  })

  it("of none still tells whether there are any", async () => {
    const some = storeOf(["a"])
    expect(await pageOf(some.listAfter(), some.has, { limit: 0 })).toEqual({ names: [], more: true })
    const none = storeOf([])
    expect(await pageOf(none.listAfter(), none.has, { limit: 0 })).toEqual({ names: [], more: false })
  })
})
