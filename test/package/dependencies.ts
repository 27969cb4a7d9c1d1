/**
 * The packages that are installed below a folder, and what they say of themselves.
 * @module
 */
import { readdir, readFile } from "node:fs/promises"
import { join } from "node:path"

export interface Dependency {
  readonly name: string
  readonly version: string
  /** SPDX identifiers; none where it names none. */
  readonly licences: readonly string[]
  /** npm would run something of it to install it. */
  readonly scripted: boolean
}

/** Of its package.json; `licenses` is how it was written before 2015. */
interface Manifest extends Pick<Dependency, "name" | "version"> {
  readonly license?: string
  readonly licenses?: readonly { readonly type: string }[]
  readonly scripts?: Readonly<Record<string, string>>
}

/** Every package in `<folder>/node_modules` and deeper. */
export async function dependenciesIn(folder: string): Promise<readonly Dependency[]> {
  const root = join(folder, "node_modules")
  const found = await Promise.all((await namesIn(root)).map((name) => read(join(root, name))))
  return found.flat()
}

async function namesIn(root: string): Promise<readonly string[]> {
  const entries = (await entriesOf(root)).filter((entry) => !entry.startsWith("."))
  const names = entries.map(async (entry) =>
    entry.startsWith("@") ? (await entriesOf(join(root, entry))).map((each) => `${entry}/${each}`) : [entry],
  )
  return (await Promise.all(names)).flat()
}

/** A package, and those that only it has. */
async function read(folder: string): Promise<readonly Dependency[]> {
  const text = await readFile(join(folder, "package.json"), "utf8")
  const { name, version, license, licenses = [], scripts = {} } = JSON.parse(text) as Manifest
  const licences = license ? [license] : licenses.map(({ type }) => type)
  // With a binding.gyp npm runs node-gyp, whatever the scripts are.
  const isScripted = ["preinstall", "install", "postinstall"].some((each) => each in scripts)
  const scripted = isScripted || (await entriesOf(folder)).includes("binding.gyp")
  return [{ name, version, licences, scripted }, ...(await dependenciesIn(folder))]
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => [])
}
