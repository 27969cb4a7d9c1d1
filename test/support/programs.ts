/**
 * Programs that interoperability is tested with, found on PATH or where `go install` puts them.
 * @module
 */
import { execFile, type ExecFileOptions } from "node:child_process"
import { access, constants } from "node:fs/promises"
import { homedir } from "node:os"
import { delimiter, join } from "node:path"

/** Name → how to get it. */
const INSTALL = {
  containerd: "apt install containerd",
  ctr: "apt install containerd",
  versitygw: "go install github.com/versity/versitygw/cmd/versitygw@v1.8.0",
  "docker-registry": "apt install docker-registry, or build Distribution 2.8 under this name",
  "fake-gcs-server": "go install github.com/fsouza/fake-gcs-server@v1.56.1",
  helm: "go install helm.sh/helm/v3/cmd/helm@v3.22.0",
  registry: "go install github.com/distribution/distribution/v3/cmd/registry@v3.1.2",
  crane: "go install github.com/google/go-containerregistry/cmd/crane@v0.22.1",
  openssl: "apt install openssl",
  podman: "apt install podman",
  script: "apt install bsdutils",
  olareg: "build v0.1.2 of github.com/olareg/olareg",
  s3lo: "build v3.0.3 of github.com/OuFinx/s3lo",
  "nbctools-oci-store": "build github.com/nbctools/oci-store under this name",
  regctl: "go install github.com/regclient/regclient/cmd/regctl@v0.11.7",
} as const

export type Program = keyof typeof INSTALL

/** @throws Error that says how to install it */
export async function pathOf(program: Program): Promise<string> {
  for (const directory of directories()) {
    const path = join(directory, program)
    const found = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (found) return path
  }
  throw new Error(`no ${program}: ${INSTALL[program]}`)
}

/** Which of the programs are missing and how to get them; undefined when all are there. */
export async function programsMissing(programs: readonly Program[]): Promise<string | undefined> {
  const found = await Promise.allSettled(programs.map(pathOf))
  const missing = found.flatMap((each) =>
    each.status === "rejected" && each.reason instanceof Error ? [each.reason.message] : [],
  )
  return missing.length === 0 ? undefined : missing.join("; ")
}

function directories(): readonly string[] {
  const { PATH = "", GOBIN, GOPATH = join(homedir(), "go") } = process.env
  const go = GOBIN === undefined ? GOPATH.split(delimiter).map((path) => join(path, "bin")) : [GOBIN]
  return [...PATH.split(delimiter), ...go].filter((directory) => directory !== "")
}

export interface Finished {
  readonly code: number
  /** Standard output. */
  readonly output: Buffer
  /** Standard error. */
  readonly said: string
}

/** Milliseconds for a program, if nobody says otherwise: long enough for all, short enough to be told which one hangs. */
const PATIENCE = 120_000

/** Runs a program to its end, whatever that is. */
export async function run(
  program: Program,
  args: readonly string[],
  options: ExecFileOptions = {},
): Promise<Finished> {
  const path = await pathOf(program)
  return new Promise((resolve, reject) => {
    const child = execFile(
      path,
      args,
      { timeout: PATIENCE, ...options, encoding: "buffer", maxBuffer: 64 * 1024 * 1024 },
      (error, output, said) => {
        if (error && child.exitCode === null) return reject(error)
        return resolve({ code: child.exitCode ?? 0, output, said: said.toString() })
      },
    )
  })
}

/** As {@link run}, for what must succeed. Returns its standard output. */
export async function succeed(
  program: Program,
  args: readonly string[],
  options: ExecFileOptions = {},
): Promise<Buffer> {
  const { code, output, said } = await run(program, args, options)
  if (code === 0) return output
  throw new Error(`${program} ${args.join(" ")} ended with ${code}: ${said}`)
}
