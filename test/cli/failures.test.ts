import { mkdtemp, readdir, rm } from "node:fs/promises"
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

async function daemon(...args: Parameters<typeof startFakeDaemon>): Promise<string> {
  server = await startFakeDaemon(...args)
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

it("says which options have no effect, once the others are found right", async () => {
  const options = [
    "--option",
    "loglevel=debug",
    "--option",
    "v4auth=true",
    "--option=storageclass=standard_ia",
  ]
  const argv = ["s3", ...options, "push", "--region", "eu-west-1", "my-bucket/app:1"]
  const { code, stdout, stderr } = await run(argv)
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" })
  expect(stderr.split("\n").slice(0, 2)).toEqual([
    "--option loglevel has no effect: -vv logs every request.",
    "--option v4auth has no effect: requests are always signed by version 4.",
  ])
  expect((await run([...argv, "--quiet"])).stderr).toMatch(/^Error: Cannot connect/)
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
