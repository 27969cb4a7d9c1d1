/**
 * The conformance program of the OCI distribution specification, and what counts as having passed it.
 * @see https://github.com/opencontainers/distribution-spec/tree/main/conformance
 * @module
 */
import { execFile, type ExecFileOptions } from "node:child_process"
import { mkdtemp, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"

export type ApiVersion = "stable" | "dev"

interface Outcome {
  /** Everything that it printed. */
  readonly output: string
  /** What keeps it from having passed, in words. */
  readonly faults: readonly string[]
  /** The result and its numbers. */
  readonly summary: string
}

export interface ConformanceProgram extends AsyncDisposable {
  /** @param address host and port of the registry, which must be empty */
  run(address: string, version: ApiVersion): Promise<Outcome>
}

const HOW = `set OCI_CONFORMANCE to the program, or to its source where Go is installed: the folder "conformance" of github.com/opencontainers/distribution-spec`

/** Why there is no program to run; undefined when there is one, or the source of one and a compiler. */
export async function conformanceMissing(): Promise<string | undefined> {
  const { OCI_CONFORMANCE: path } = process.env
  if (!path) return `no conformance program: ${HOW}`
  const found = await stat(path).catch(() => undefined)
  if (!found) return `there is nothing at OCI_CONFORMANCE=${path}: ${HOW}`
  if (found.isFile()) return undefined
  return execute("go", ["version"]).then(
    () => undefined,
    () => `no Go to build OCI_CONFORMANCE=${path} with: ${HOW}`,
  )
}

/** Builds it, where the environment names its source; nothing is written there. */
export async function openConformance(): Promise<ConformanceProgram> {
  const path = resolve(process.env["OCI_CONFORMANCE"] ?? "")
  const folder = await mkdtemp(join(tmpdir(), "oci-conformance-"))
  const program = (await stat(path)).isFile() ? path : await build(path, join(folder, "conformance"))
  return {
    async run(address, version) {
      const results = await mkdtemp(join(folder, "results-"))
      const { code, output } = await execute(program, [], {
        cwd: results,
        env: {
          OCI_REGISTRY: address,
          OCI_TLS: "disabled",
          OCI_REPO1: "conformance/first",
          OCI_REPO2: "conformance/second",
          OCI_VERSION: version,
          OCI_RESULTS_DIR: results,
        },
      })
      return judge(code, output, version)
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

async function build(source: string, program: string): Promise<string> {
  const args = ["build", "-buildvcs=false", "-o", program, "."]
  const { code, output } = await execute("go", args, { cwd: source })
  if (code !== 0) throw new Error(`${source} does not build: ${output}`)
  return program
}

/** Its exit code alone says too little: it is 0 after an error of configuration too. */
function judge(code: number, output: string, version: ApiVersion): Outcome {
  const result = /^OCI Conformance Result: (.+)$/m.exec(output)?.[1] ?? "none"
  const countOf = (name: string): string =>
    new RegExp(`^ +${name}\\.+: +(\\d+)$`, "m").exec(output)?.[1] ?? "?"
  const bad = ["FAIL", "Error", "Skip"].map((name) => `${name} ${countOf(name)}`)
  const faults = [
    ...(code === 0 ? [] : [`it ended with ${code}`]),
    ...(result === "Pass" ? [] : [`its result is ${result}`]),
    ...bad.filter((each) => !each.endsWith(" 0")),
    ...(version === "dev" ? untested(output) : []),
  ]
  return { output, faults, summary: `${result}, ${countOf("Total")} checks, ${bad.join(", ")}` }
}

/** Parts of the API that it left out. */
function untested(output: string): readonly string[] {
  const section = output.split("API conformance:")[1]?.split("Data conformance:")[0]
  if (section === undefined) return ["it says nothing about the API"]
  return section.split("\n").flatMap((line) => (/: +(?:Skip|Disabled)$/.test(line) ? [line.trim()] : []))
}

/** Runs a program to its end, whatever that is. */
function execute(
  program: string,
  args: readonly string[],
  options: ExecFileOptions = {},
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      args,
      { ...options, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
      (error, output, said) => {
        if (error && child.exitCode === null) return reject(error)
        return resolve({ code: child.exitCode ?? 0, output: output + said })
      },
    )
  })
}
