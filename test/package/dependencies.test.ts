/**
 * What oci-store needs: as the lockfile has it, which is what is tested, and as a user gets it, which is the newest of what these
 * allow.
 */
import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { dependenciesIn, type Dependency } from "./dependencies.ts"
import { type Installation, install } from "./installation.ts"
import { LICENCES, otherLicences } from "./licences.ts"
import { MANIFEST, path, ROOT } from "./npm.ts"

interface Lockfile {
  readonly packages: Readonly<
    Record<string, { readonly version: string; readonly dev?: boolean; readonly integrity?: string }>
  >
}

interface Sbom {
  readonly metadata: { readonly component: { readonly name: string; readonly version: string } }
  readonly components: readonly {
    readonly name: string
    readonly version: string
    readonly licenses: readonly { readonly license: { readonly id: string } }[]
  }[]
}

const nameOf = ({ name, version }: { name: string; version: string }) => `${name}@${version}`

/** `name@version` of what the lockfile has beside development's packages. */
let locked: ReadonlySet<string>
/** Packages of the lockfile that could be anything. */
let unhashed: readonly string[]
let installed: Installation
let theirs: readonly Dependency[]

beforeAll(async () => {
  const { packages } = JSON.parse(await readFile(join(ROOT, "package-lock.json"), "utf8")) as Lockfile
  locked = new Set(
    Object.entries(packages)
      .filter(([key, { dev }]) => key !== "" && !dev)
      .map(([key, { version }]) => nameOf({ name: key.split("node_modules/").at(-1) ?? "", version })),
  )
  unhashed = Object.keys(packages).filter(
    (key) => key !== "" && !packages[key]?.integrity?.startsWith("sha512-"),
  )
  installed = await install()
  theirs = await dependenciesIn(installed.home)
})
afterAll(() => installed[Symbol.asyncDispose]())

describe("what a user gets", () => {
  it("is what package.json names, and nothing of development", () => {
    const names = theirs.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(Object.keys(MANIFEST.dependencies)))
    const needed = new Set([...locked].map((each) => each.slice(0, each.lastIndexOf("@"))))
    expect(names.filter((name) => name in MANIFEST.devDependencies && !needed.has(name))).toEqual([])
  })

  it("comes under licences that fit", () => {
    expect(otherLicences(theirs)).toEqual([])
  })

  it("needs no script to run: those that there are belong to packages that allowScripts forbids", () => {
    const scripted = theirs.filter(({ scripted }) => scripted).map(({ name }) => name)
    expect(scripted.filter((name) => MANIFEST.allowScripts[name] !== false)).toEqual([])
  })
})

describe("what is developed with", () => {
  it("is of exact versions, whose bytes the lockfile knows", () => {
    const { dependencies, devDependencies } = MANIFEST
    const versions = Object.values({ ...dependencies, ...devDependencies })
    expect(versions.filter((version) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
    expect(unhashed).toEqual([])
  })

  it("runs no script that allowScripts does not name, and that names none in vain", async () => {
    const scripted = (await dependenciesIn(ROOT)).filter(({ scripted }) => scripted).map(({ name }) => name)
    expect([...new Set(scripted)].toSorted()).toEqual(Object.keys(MANIFEST.allowScripts).toSorted())
  })
})

describe("the SBOM", () => {
  let folder: string
  let sbom: Sbom

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "oci-store-sbom-"))
    const file = join(folder, "sbom.json")
    const env = { ...process.env, PATH: path() }
    await promisify(execFile)(join(ROOT, ".ci", "sbom"), [file], { env })
    sbom = JSON.parse(await readFile(file, "utf8")) as Sbom
  })
  afterAll(() => rm(folder, { recursive: true }))

  it("is of this version, and names every package of the lockfile but development's", () => {
    expect(nameOf(sbom.metadata.component)).toBe(nameOf(MANIFEST))
    expect(sbom.components.map(nameOf).toSorted()).toEqual([...locked].toSorted())
  })

  it("lists their licences, which are those that SECURITY.md names", async () => {
    const licences = sbom.components.flatMap(({ licenses }) => licenses.map(({ license }) => license.id))
    expect([...new Set(licences)].toSorted()).toEqual(LICENCES)
    const page = await readFile(join(ROOT, "SECURITY.md"), "utf8")
    expect(page.includes(LICENCES.join(", ")), "SECURITY.md names them").toBe(true)
  })
})
