/**
 * .ci/release releases what is tagged with the version of package.json, and nothing else. Run in a clone, for it looks at commits.
 */
import { execFile } from "node:child_process"
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { parse } from "yaml"
import { MANIFEST, path, ROOT } from "./npm.ts"

interface Workflow {
  readonly on: unknown
  readonly permissions: unknown
  readonly jobs: {
    readonly release: { readonly steps: readonly { readonly run?: string; readonly uses?: string }[] }
  }
}

const exec = promisify(execFile)
const TAG = `v${MANIFEST.version}`

let folder: string
let clone: string

/** Of the clone, as somebody whom git knows. */
const git = (...args: string[]) =>
  exec("git", ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "tag.gpgSign=false", ...args], {
    cwd: clone,
  })

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-release-"))
  clone = join(folder, "clone")
  await exec("git", ["clone", "--quiet", "--shared", "--no-tags", ROOT, clone])
  // What is about to be committed is what is tested.
  for (const script of ["release", "audit", "sbom"]) {
    await cp(join(ROOT, ".ci", script), join(clone, ".ci", script))
  }
  for (const file of ["package.json", "package-lock.json"]) await cp(join(ROOT, file), join(clone, file))
  await git("add", "--all")
  await git("commit", "--quiet", "--allow-empty", "--no-verify", "--message", "what is released")
})
afterEach(() => rm(folder, { recursive: true }))

/** @param env as CI sets it */
function release(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { GITHUB_ACTIONS: _, GITLAB_CI: __, ...own } = process.env
  const options = { cwd: clone, env: { ...own, PATH: path(), ...env } }
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(join(clone, ".ci", "release"), args, options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}

describe("a release is refused", () => {
  it.each([
    [
      "with changes",
      () => writeFile(join(clone, "README.md"), "# changed\n"),
      "changes that are in no commit",
    ],
    [
      "with files that git does not know",
      () => writeFile(join(clone, "new"), ""),
      "changes that are in no commit",
    ],
    ["without a tag", async () => undefined, `this commit has no tag; package.json says ${MANIFEST.version}`],
    [
      "under the tag of another version",
      () => git("tag", "v99.0.0"),
      "this commit is tagged v99.0.0, and package.json says",
    ],
    ["from a laptop", () => git("tag", TAG), /names no repository|provenance is made by/],
  ])("%s", async (_title, prepare, said) => {
    await prepare()
    const { code, stderr } = await release([])
    expect(code).toBe(1)
    expect(stderr).toMatch(said)
  })

  it("untested", async () => {
    expect(await release(["--no-tests"])).toMatchObject({ code: 1 })
  })

  it("into a folder that holds something else", async () => {
    const { code, stderr } = await release(["--dry-run", "--no-tests", "--out", folder])
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("is there already") })
  })
})

describe("a rehearsal", () => {
  it("refuses changes and the tag of another version as well", async () => {
    await git("tag", "v99.0.0")
    expect(await release(["--dry-run", "--no-tests"])).toMatchObject({ code: 1 })
    await git("tag", "--delete", "v99.0.0")
    await writeFile(join(clone, "new"), "")
    expect(await release(["--dry-run", "--no-tests"])).toMatchObject({ code: 1 })
  })

  it("makes the package, its SBOM and their checksums, says what a release lacks, and publishes nothing", async () => {
    // Not a link to the folder: TypeScript names types by where they really are.
    await exec("cp", ["--archive", join(ROOT, "node_modules"), clone])
    // What an older build has left is not packed.
    await mkdir(join(clone, "dist"))
    await writeFile(join(clone, "dist", "stale.js"), "")
    const out = join(folder, "out")
    const { code, stdout, stderr } = await release(["--dry-run", "--no-tests", "--out", out])
    expect({ code, stderr }).toMatchObject({ code: 0 })
    expect(stdout).toContain("A release would be refused: this commit has no tag")
    expect(stdout + stderr).toMatch(/dry-run/)
    const name = `${MANIFEST.name}-${MANIFEST.version}`
    const checksums = await readFile(join(out, "SHA256SUMS"), "utf8")
    expect(checksums.match(/\S+$/gm)).toEqual([`${name}.tgz`, `${name}.cdx.json`])
    const { stdout: packed } = await exec("tar", ["--list", "--file", join(out, `${name}.tgz`)])
    expect(packed).toContain("package/dist/main.js")
    expect(packed).not.toContain("package/dist/stale.js")
    await exec("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: out })
    expect((await git("status", "--porcelain")).stdout).toBe("")
  })
})

it("a plain npm publish is refused where nobody can state what the package was made of", async () => {
  const asked: string[] = []
  const server = createServer(({ method }, response) => {
    asked.push(method ?? "")
    response.writeHead(method === "GET" ? 404 : 201).end("{}")
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  try {
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}/`
    const { GITHUB_ACTIONS: _, GITLAB_CI: __, ...own } = process.env
    const signedIn = { npm_config_registry: `http://${host}`, [`npm_config_//${host}:_authToken`]: "any" }
    const publishing = exec("npm", ["publish", "--ignore-scripts"], {
      cwd: clone,
      env: { ...own, PATH: path(), ...signedIn },
    })
    await expect(publishing).rejects.toMatchObject({ stderr: expect.stringContaining("provenance") })
    expect(asked).toContain("GET")
    expect(asked).not.toContain("PUT")
  } finally {
    server.close()
  }
})

it("the workflow may make provenance, has only what it needs besides, and leaves the work to the script", async () => {
  const text = await readFile(join(ROOT, ".github", "workflows", "release.yml"), "utf8")
  const { on, permissions, jobs } = parse(text) as Workflow
  expect(on).toEqual({ push: { tags: ["v*"] } })
  expect(permissions).toEqual({ contents: "write", "id-token": "write" })
  const { steps } = jobs.release
  expect(steps.map(({ run }) => run)).toContain('.ci/release --out "$RUNNER_TEMP/release"')
  // No code of third parties where a package is signed and published.
  expect(steps.flatMap(({ uses }) => uses ?? []).filter((each) => !each.startsWith("actions/"))).toEqual([])
  // The servers of the tests are those of .ci/run.
  const ours = await readFile(join(ROOT, ".ci", "run"), "utf8")
  const servers = [...text.matchAll(/go install (\S+)/g)].map(([, server = ""]) => server)
  expect(servers.filter((server) => !ours.includes(server))).toEqual([])
})
