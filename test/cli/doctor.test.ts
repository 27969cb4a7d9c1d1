import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { type FakeDaemon, startFakeDaemon } from "../support/fake-daemon.ts"
import { lineOf } from "../support/findings.ts"
import { type Ran, run, type RunOptions } from "./run.ts"

let folder: string
let daemon: FakeDaemon

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-doctor-"))
  daemon = await startFakeDaemon()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await daemon[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const doctor = (argv: readonly string[], options: RunOptions = {}): Promise<Ran> =>
  run(argv, { env: { DOCKER_HOST: daemon.address, HOME: folder }, cwd: folder, ...options })

const masked = (text: string) =>
  text
    .replaceAll(daemon.address, "unix://SOCKET")
    .replaceAll(folder, "FOLDER")
    .replaceAll(tmpdir(), "TMP")
    .replace(/[\d.]+ GB free/, "N GB free")

describe("a folder that is all right", () => {
  it("is told line by line, and nothing stays there", async () => {
    await mkdir(join(folder, "images"))
    const { code, stdout, stderr } = await doctor(["file", "doctor", "./images"])
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    await expect(masked(stdout)).toMatchFileSnapshot("doctor.txt")
    expect(await readdir(join(folder, "images"))).toEqual([])
  })

  it.each([
    ["after the backend's name", (images: string) => ["doctor", "file", images]],
    ["as a URL", (images: string) => ["doctor", `file://${images}`]],
    ["by --dir", (images: string) => ["doctor", "--dir", images]],
    ["by --dir, of the backend", (images: string) => ["file", "doctor", "--dir", images]],
  ])("is found %s", async (_, argvOf) => {
    const ran = await doctor([...argvOf(folder), "--read-only"])
    expect(ran.code).toBe(0)
    expect(lineOf(ran, "Store")).toBe(`ok       Store               the folder ${folder} is there`)
  })

  it("has nothing to say with --quiet", async () => {
    expect(await doctor(["file", "doctor", ".", "-q"])).toEqual({ code: 0, stdout: "", stderr: "" })
  })

  it("is written to by nobody with --read-only", async () => {
    await chmod(folder, 0o555)
    const ran = await doctor(["file", "doctor", ".", "--read-only", "--tmp-dir", tmpdir()])
    await chmod(folder, 0o755)
    expect(ran.code).toBe(0)
    for (const title of ["Write", "Conditional writes", "Delete"]) {
      expect(lineOf(ran, title)).toMatch(/^skipped .*--read-only$/)
    }
  })
})

describe("what lies there", () => {
  const link = (name: string) =>
    join(folder, "docker/registry/v2/repositories", name, "_manifests/tags/v1/current")

  it("is told by its first repository", async () => {
    await mkdir(link("team/app"), { recursive: true })
    await writeFile(join(link("team/app"), "link"), "sha256:0")
    expect(lineOf(await doctor(["file", "doctor", "."]), "Images")).toMatch(/^ok .* the first is team\/app$/)
    expect(lineOf(await doctor(["file", "doctor", ".//team/app:v1"]), "Images")).toMatch(/^ok .*team\/app is/)
    expect(lineOf(await doctor(["file", "doctor", "./other:v1"]), "Images")).toMatch(
      /^warning .*other has no tags here, .* such as team\/app$/,
    )
  })

  it("are uploads that nobody will end: a warning, and what to do", async () => {
    await mkdir(link("app"), { recursive: true })
    const temporary = join(link("app"), "link.00000000-0000-0000-0000-000000000000.tmp")
    await writeFile(temporary, "sha256:0")
    // A folder is swept when it is first written to.
    const looking = ["file", "doctor", ".", "--read-only"]
    expect(lineOf(await doctor(looking), "Stale uploads")).toMatch(/^ok /)
    const yesterday = Date.now() / 1000 - 25 * 3600
    await utimes(temporary, yesterday, yesterday)
    expect(lineOf(await doctor(looking), "Stale uploads")).toMatch(/^warning .*1 older than a day/)
  })
})

describe("what is wrong", () => {
  it("is no daemon: 3, the sentence of a push, and the rest is looked at all the same", async () => {
    const ran = await doctor(["file", "doctor", "."], {
      env: { DOCKER_HOST: "unix:///nowhere/docker.sock", HOME: folder },
    })
    expect(ran.code).toBe(3)
    expect(lineOf(ran, "Docker")).toMatch(
      /^failure .*Cannot connect .*unix:\/\/\/nowhere.*`docker ps`\. --host/,
    )
    expect(lineOf(ran, "Write")).toMatch(/^ok /)
    expect(ran.stderr).toMatch(/^Error: 1 of \d+ checks failed: Docker\.\n$/)
  })

  it("is a context that does not exist: 3, and the daemon is not asked", async () => {
    const ran = await doctor(["doctor", "file"], { env: { DOCKER_CONTEXT: "gone", HOME: folder } })
    expect(ran.code).toBe(3)
    expect(lineOf(ran, "Docker address")).toMatch(/^failure .*context 'gone' does not exist/)
    expect(lineOf(ran, "Docker")).toMatch(/^skipped .*because of: Docker address$/)
  })

  it("is no daemon that does not reach us, unless one insists", async () => {
    await using desktop = await startFakeDaemon({ info: { OperatingSystem: "Docker Desktop" } })
    const argv = ["file", "doctor", ".", "--host", desktop.address]
    const ran = await doctor(argv)
    expect(ran.code).toBe(0)
    expect(lineOf(ran, "Transport")).toMatch(/^ok .*archive: .*virtual machine \(Docker Desktop\)/)
    const insisting = await doctor([...argv, "--transport", "registry"])
    expect(insisting.code).toBe(0)
    expect(lineOf(insisting, "Transport")).toMatch(/^warning /)
  })

  it("is a folder that is yet to be made: a warning", async () => {
    const ran = await doctor(["file", "doctor", "./images"])
    expect(ran.code).toBe(0)
    expect(lineOf(ran, "Store")).toMatch(/^warning .*does not exist\. The first push makes it\.$/)
    expect(lineOf(ran, "Write")).toMatch(/^skipped .*because of: Store$/)
    expect(await readdir(folder)).toEqual([])
  })

  it("is a file in the folder's place: 4", async () => {
    await writeFile(join(folder, "images"), "")
    const ran = await doctor(["file", "doctor", "./images"])
    expect(ran.code).toBe(4)
    expect(lineOf(ran, "Store")).toMatch(/^failure .*is a file/)
  })

  it("is a missing region: 2, as for a push", async () => {
    for (const name of ["AWS_REGION", "AWS_PROFILE", "AWS_ACCESS_KEY_ID"]) vi.stubEnv(name, undefined)
    for (const name of ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"]) vi.stubEnv(name, "/nowhere")
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true")
    const ran = await doctor(["s3", "doctor", "my-bucket"])
    expect(ran.code).toBe(2)
    expect(lineOf(ran, "Region")).toMatch(/^failure .*requires region/)
    expect(lineOf(ran, "Store")).toMatch(/^skipped .*because of: Region$/)
  })

  it("is a missing account: 2, as for a push", async () => {
    const ran = await doctor(["azure", "doctor", "my-container", "--anonymous"])
    expect(ran.code).toBe(2)
    expect(lineOf(ran, "Account")).toMatch(/^failure .*requires account name/)
  })

  it("is a server that cannot be reached: 4, said once", async () => {
    const ran = await doctor(["doctor", "my-bucket", "--anonymous", "-e", "http://127.0.0.1:1"])
    expect(ran.code).toBe(4)
    expect(lineOf(ran, "Store")).toMatch(/^failure .*ECONNREFUSED/)
    expect(lineOf(ran, "Clock")).toMatch(/^skipped /)
  })
})

it("prints one document with --json, whatever it finds", async () => {
  const { code, stdout } = await doctor(["file", "doctor", ".", "--json"])
  const document = JSON.parse(stdout) as {
    ok: boolean
    exitCode: number
    findings: Record<string, unknown>[]
  }
  expect({ code, ok: document.ok, exitCode: document.exitCode }).toEqual({ code: 0, ok: true, exitCode: 0 })
  expect(document.findings[0]).toEqual({
    title: "Docker address",
    level: "ok",
    text: `${daemon.address}, from DOCKER_HOST`,
    facts: { address: daemon.address, origin: "DOCKER_HOST" },
  })
  const failing = await doctor(["doctor", "file", "--json", "-q", "-H", "unix:///nowhere"])
  expect(JSON.parse(failing.stdout)).toMatchObject({
    ok: false,
    exitCode: 3,
    findings: [{ title: "Docker", level: "failure", text: expect.stringContaining("Cannot connect") }],
  })
})

it("breaks its lines at the width of a terminal", async () => {
  const { stdout } = await doctor(["file", "doctor", "./images"], { columns: 60, isTTY: true })
  expect(stdout).toMatch(/^warning {2}Store {15}\S.*\n {29}\S/m)
})

it("is broken off by a signal, in the middle of a check", async () => {
  const ran = await doctor(["file", "doctor", "."], { onStart: (send) => setImmediate(() => send("SIGINT")) })
  expect(ran.code).toBe(130)
  expect(ran.stderr).not.toContain("Error")
  expect(await readdir(folder)).toEqual([])
})
