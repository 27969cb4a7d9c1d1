import { chmod, mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { startDaemon, type TestDaemon } from "./daemon.ts"
import { run } from "./run.ts"

let folder: string
let server: TestDaemon | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-cli-"))
})
afterEach(async () => {
  server?.[Symbol.dispose]()
  server = undefined
  await rm(folder, { recursive: true })
})

async function daemon(info: Record<string, unknown>, onRequest = () => true): Promise<string> {
  server = await startDaemon(folder, { info, onRequest })
  return server.host
}

describe("the daemon", () => {
  it("is not there: 3, and how to name another", async () => {
    const { code, stdout, stderr } = await run(["file", "push", `${folder}/images/app:1`])
    expect({ code, stdout }).toEqual({ code: 3, stdout: "" })
    expect(stderr).toMatch(
      /^Error: Cannot connect to the Docker daemon at unix:\/\/\/nowhere.*\nHint: --host/,
    )
    expect(await readdir(folder)).toEqual([])
  })

  it("forbids its socket: 3, and how to be allowed", async () => {
    const host = await daemon({})
    const socket = host.replace("unix://", "")
    const argv = ["file", "pull", "-H", host, `${folder}/images/app:1`]
    // Loads everything, which another user may not be able to.
    expect((await run(argv)).code).toBe(4)
    await chmod(socket, 0)
    const isRoot = process.geteuid?.() === 0
    if (isRoot) await chmod(folder, 0o755)
    if (isRoot) process.seteuid?.(65534)
    try {
      const { code, stderr } = await run(argv)
      expect(code).toBe(3)
      expect(stderr).toMatch(
        /^Error: No permission to use the Docker socket unix:\S+: add your user to the docker group .*usermod -aG docker/,
      )
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })

  it("cannot reach this process: 3, why, and the way out", async () => {
    const host = await daemon({ OperatingSystem: "Docker Desktop" })
    const argv = ["file", "push", "--host", host, `${folder}/images/app:1`]
    const { code, stderr } = await run(argv)
    expect(code).toBe(3)
    expect(stderr).toMatch(/virtual machine \(Docker Desktop\).*--transport registry/)
    expect((await run([...argv, "--transport", "registry"])).code).toBe(5)
  })

  it("has none of the images that could be meant: 5, and which", async () => {
    const host = await daemon({})
    const argv = ["s3", "push", "-H", host, "--region", "eu-west-1", "my-bucket/team/app:1"]
    const { code, stderr } = await run(argv)
    expect(code).toBe(5)
    expect(stderr).toContain("no image 'team/app:1' or 'my-bucket/team/app:1'")
    const named = await run([...argv, "--image", "other:1"])
    expect(named.stderr).toContain("no image 'other:1'")
  })
})

it("does not make a folder to pull from: 4", async () => {
  const host = await daemon({})
  const { code, stderr } = await run(["file", "pull", "-H", host, `${folder}/images/app:1`])
  expect(code).toBe(4)
  expect(stderr).toContain(`${folder}/images does not exist`)
})

it.each([
  ["SIGHUP", 129],
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("is broken off by %s: %i", async (signal, code) => {
  let send: (signal: "SIGHUP" | "SIGINT" | "SIGTERM") => void = () => undefined
  const host = await daemon({}, () => {
    send(signal)
    return false
  })
  const ran = await run(["file", "pull", "-v", "-H", host, `${folder}/app:1`], {
    onStart: (sender) => {
      send = sender
    },
  })
  expect(ran).toEqual({ code, stdout: "", stderr: expect.stringMatching(/^Interrupted/) })
  expect(ran.stderr).not.toContain("Error")
})

it("shows stack and causes with --verbose only", async () => {
  const argv = ["file", "push", `${folder}/images/app:1`]
  expect((await run(argv)).stderr).not.toContain("    at ")
  const { stderr } = await run([...argv, "--verbose"])
  expect(stderr).toMatch(/DockerError: .*\n {4}at .*Caused by: .*ENOENT/s)
})
