import { createHash } from "node:crypto"
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { type FakeDaemon, startFakeDaemon } from "../support/fake-daemon.ts"
import { run } from "./run.ts"

let folder: string
let server: FakeDaemon | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-cli-"))
})
afterEach(async () => {
  await server?.[Symbol.asyncDispose]()
  server = undefined
  await rm(folder, { recursive: true })
})

async function daemon(info: Record<string, unknown>, onRequest = () => true): Promise<string> {
  server = await startFakeDaemon({ info, onRequest })
  return server.address
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

  it.each([
    ["a virtual machine", { OperatingSystem: "Docker Desktop" }, /virtual machine \(Docker Desktop\)/],
    ["rootless", { SecurityOptions: ["name=rootless"] }, /rootless, with a loopback interface of its own/],
    ["another machine's", { Name: "elsewhere" }, /runs on 'elsewhere'/],
  ])("cannot reach this process, for it is %s: images travel as archives", async (_, info, why) => {
    const host = await daemon(info)
    const argv = ["file", "push", "--host", host, `${folder}/images/app:1`]
    const { code, stderr } = await run(argv)
    // It is asked for the image all the same.
    expect(code).toBe(5)
    expect(stderr).toMatch(/^Images travel as archives, for /)
    expect(stderr).toMatch(why)
    const insisting = await run([...argv, "--transport", "registry"])
    expect(insisting.code).toBe(5)
    expect(insisting.stderr).not.toContain("archives")
    expect(await readdir(folder)).toEqual([])
  })

  it("is named by --host, DOCKER_HOST, DOCKER_CONTEXT or the current context", async () => {
    const host = await daemon({ OperatingSystem: "Docker Desktop" })
    const id = createHash("sha256").update("mine").digest("hex")
    const meta = { Name: "mine", Endpoints: { docker: { Host: host } } }
    await mkdir(join(folder, ".docker", "contexts", "meta", id), { recursive: true })
    await writeFile(join(folder, ".docker", "contexts", "meta", id, "meta.json"), JSON.stringify(meta))
    await writeFile(join(folder, ".docker", "config.json"), `{"currentContext":"mine"}`)
    const gone = "unix:///nowhere/docker.sock"
    for (const [flags, env] of [
      [["--host", host], { DOCKER_HOST: gone, HOME: "/nowhere" }],
      [[], { DOCKER_HOST: host, DOCKER_CONTEXT: "none", HOME: "/nowhere" }],
      [[], { DOCKER_CONTEXT: "mine", HOME: folder }],
      [[], { HOME: folder }],
    ] as const) {
      const { stderr } = await run(["file", "push", ...flags, `${folder}/images/app:1`], { env })
      expect(stderr).toContain("Docker Desktop")
    }
    const { code, stderr } = await run(["file", "push", `${folder}/images/app:1`], {
      env: { DOCKER_CONTEXT: "none", HOME: folder },
    })
    expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining("docker context ls") })
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
