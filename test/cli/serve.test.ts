/**
 * A server from the command line, in this process: its life, signals, and what is only printed.
 */
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Signal } from "../../src/cli/io.ts"
import { run } from "./run.ts"

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-serve-"))
})
afterEach(() => rm(folder, { recursive: true }))

const ENV = { HOME: "/nowhere" }

it("runs until a signal, and ends with 0", async () => {
  let send: (signal: Signal) => void = () => undefined
  let stderr = ""
  const running = run(["file", "serve", "--listen", "127.0.0.1:0", folder], {
    env: ENV,
    onStart: (sender) => (send = sender),
    onStderr: (text) => (stderr += text),
  })
  await expect.poll(() => stderr).toContain('"msg":"listening"')
  const url = /http:[^"]*/.exec(stderr)?.[0] ?? ""
  expect((await fetch(`${url}/v2/`)).status).toBe(200)
  send("SIGTERM")
  const ended = await running
  expect(ended).toMatchObject({ code: 0, stdout: "" })
  const messages = ended.stderr
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { msg: string }).msg)
  expect(messages).toEqual([
    "starting",
    "listening",
    "request",
    "stopping: no new connections, running requests have time to finish",
    "stopped",
  ])
})

describe("what is only looked at", () => {
  it("--check opens the store, makes nothing, and says so", async () => {
    const checked = await run(["serve", "--dir", join(folder, "new"), "--check"], { env: ENV })
    expect(checked).toEqual({
      code: 0,
      stdout: `The configuration is valid, and the folder '${join(folder, "new")}' can be used.\n`,
      stderr: "",
    })
    expect(await readdir(folder)).toEqual([])
  })

  it("--check fails with 4 where there is no store", async () => {
    await writeFile(join(folder, "file"), "")
    const { code, stderr } = await run(["serve", "--dir", join(folder, "file"), "--check"], { env: ENV })
    expect(code).toBe(4)
    expect(stderr).toMatch(/^Error: /)
  })

  it("--print-config shows what counts: flag, environment, file, default", async () => {
    const file = join(folder, "config.json")
    await writeFile(file, '{"server": {"port": 1, "read_timeout": "5s"}, "logging": {"level": "warn"}}')
    const { code, stdout } = await run(
      ["serve", "--config", file, "--print-config", "--log-level", "error"],
      {
        env: { ...ENV, OCTOSERVE_SERVER_PORT: "2" },
      },
    )
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^server:\n {2}address: localhost\n {2}port: 2\n.*read_timeout: 5s\n.*level: error\n/s,
    )
  })
})

it("says with 1 that a port is taken", async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await new Promise((resolve) => server.once("listening", resolve))
  const { port } = server.address() as { port: number }
  const argv = ["serve", "--dir", folder, "--listen", `127.0.0.1:${port}`, "--log-level", "error"]
  const { code, stderr } = await run(argv, { env: ENV })
  server.close()
  expect(code).toBe(1)
  expect(stderr).toBe(
    `Error: The server cannot listen on 127.0.0.1:${port}: another program listens there; --listen or server.port names another port.\n`,
  )
})
