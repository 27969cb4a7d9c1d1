/**
 * npm, and what it packs, as whoever publishes or installs oci-store gets it.
 * @module
 */
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { dirname, delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const exec = promisify(execFile)

export const ROOT = fileURLToPath(new URL("../..", import.meta.url))

interface Manifest {
  readonly name: string
  readonly version: string
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  /** Packages with an install script, and whether it may run. */
  readonly allowScripts: Readonly<Record<string, boolean>>
}

export const MANIFEST = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as Manifest

export interface Packed {
  readonly filename: string
  /** Bytes of the archive. */
  readonly size: number
  /** Bytes of the files in it. */
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string; readonly size: number }[]
}

/** Standard output of npm. It runs on the Node of the tests, and what it starts finds nothing of this clone on its PATH. */
export async function npm(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout } = await exec("npm", args, { cwd: ROOT, env: { ...process.env, PATH: path(), ...env } })
  return stdout
}

/** Packs what `npm run build` has built. @param to a folder; left out, nothing is written */
export async function pack(to?: string): Promise<Packed> {
  const where = to === undefined ? ["--dry-run"] : ["--pack-destination", to]
  const said = await npm(["pack", "--json", "--ignore-scripts", ...where])
  const [packed] = JSON.parse(said) as Packed[]
  if (!packed) throw new Error(`npm pack said nothing of a package: ${said}`)
  return packed
}

/** Node's own folder, and the system's: not those that `npm run` puts in front. */
export function path(): string {
  const system = (process.env["PATH"] ?? "").split(delimiter).filter((each) => !each.includes("node_modules"))
  return [dirname(process.execPath), ...system].join(delimiter)
}
