/**
 * The published package holds what runs, the manual, and nothing else.
 */
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, it } from "vitest"
import { pack, type Packed, ROOT } from "./npm.ts"

/** Bytes of the archive: what everybody downloads. It was 0.38 MB when this was set. */
const ARCHIVE_LIMIT = 500_000

/** Bytes of any file but the manual. */
const FILE_LIMIT = 20_000

/** Everything but `dist/`, where the program is. */
const BESIDE = ["LICENSE", "README.md", "SECURITY.md", "bin/oci-s3.js", "bin/oci-store.js", "package.json"]

/** Linked by the manual, and not in the package: found on the repository's page. */
const ELSEWHERE = /^(?:demo\/|test\/bench\/results\/|src\/(?:server\/settings|storage\/options)\.md$)/

describe("the published package", () => {
  let packed: Packed
  let paths: readonly string[]

  beforeAll(async () => {
    packed = await pack()
    paths = packed.files.map(({ path }) => path)
  })

  it("holds the program, its types, the manual and the licence", () => {
    expect(paths.filter((path) => !path.startsWith("dist/")).toSorted()).toEqual(BESIDE)
    expect(paths).toEqual(expect.arrayContaining(["dist/main.js", "dist/index.js", "dist/index.d.ts"]))
  })

  it("holds of dist/ only what was made of a source that is there: no tests, no maps, nothing of an older build", () => {
    const strays = paths.filter((path) => {
      const module = /^dist\/(.+?)(?:\.d\.ts|\.js)$/.exec(path)?.[1]
      return path.startsWith("dist/") && !(module && existsSync(join(ROOT, "src", `${module}.ts`)))
    })
    expect(strays, "stale? rm -rf dist && npm run build").toEqual([])
    const mapped = paths.filter((path) =>
      /^\/\/# sourceMapping/m.test(readFileSync(join(ROOT, path), "utf8")),
    )
    expect(mapped).toEqual([])
  })

  it("is small", () => {
    expect(packed.size).toBeLessThan(ARCHIVE_LIMIT)
    const large = packed.files.filter(({ path, size }) => path !== "README.md" && size > FILE_LIMIT)
    expect(large).toEqual([])
  })

  it.each(["README.md", "SECURITY.md"])("%s links to nothing that is not there", (page) => {
    const text = readFileSync(join(ROOT, page), "utf8")
    const targets = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)].map(([, target = ""]) => target)
    expect(targets.filter((target) => !existsSync(join(ROOT, target)))).toEqual([])
    expect(targets.filter((target) => !paths.includes(target) && !ELSEWHERE.test(target))).toEqual([])
  })
})
