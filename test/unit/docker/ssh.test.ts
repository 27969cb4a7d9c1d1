import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { createServer, type Server } from "node:http"
import { hostname, tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { connectEngine } from "../../../src/docker/engine.ts"
import { sshArguments } from "../../../src/docker/ssh.ts"

/** In place of the system's `ssh`: what a user's configuration makes of it is the system's affair. */
let folder: string
let daemon: Server

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-ssh-"))
  vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`)
  daemon = createServer(({ url = "" }, response) => {
    const version = { Version: "20.10.24", ApiVersion: "1.41", Os: "linux", Arch: "amd64" }
    response.end(JSON.stringify(url.includes("/info") ? { Name: hostname() } : version))
  })
  await new Promise<void>((resolve) => daemon.listen(join(folder, "docker.sock"), resolve))
})
afterEach(async () => {
  vi.unstubAllEnvs()
  daemon.closeAllConnections()
  daemon.close()
  await rm(folder, { recursive: true })
})

async function installSsh(script: string): Promise<void> {
  await writeFile(join(folder, "ssh"), `#!/bin/sh\n${script}\n`)
  await chmod(join(folder, "ssh"), 0o755)
}

/** What `docker system dial-stdio` does at the other end. */
const dialStdio = () => {
  const code = `const s = require("net").connect(process.argv[1]); process.stdin.pipe(s).pipe(process.stdout)`
  return `exec ${process.execPath} -e '${code}' ${join(folder, "docker.sock")}`
}

test("the daemon is spoken to through the system's ssh", async () => {
  await installSsh(`echo "$@" >> ${join(folder, "asked")}\n${dialStdio()}`)
  using engine = await connectEngine({ host: "ssh://me@build:2222" })
  expect(engine.info).toMatchObject({ version: "20.10.24", reachesLoopback: false })
  const command = "-T -o ConnectTimeout=30 -l me -p 2222 -- build docker system dial-stdio"
  expect(await readFile(join(folder, "asked"), "utf8")).toBe(`${command}\n${command}\n`)
})

test("port and user are left to ssh where the address has none", () => {
  expect(sshArguments({ hostname: "build" }).join(" ")).toBe(
    "-T -o ConnectTimeout=30 -- build docker system dial-stdio",
  )
})

test("what ssh says is the reason, for one: a host that is not known", async () => {
  await installSsh("cat > /dev/null & echo 'No ED25519 host key is known.' >&2; echo Failed. >&2; exit 255")
  await expect(connectEngine({ host: "ssh://build" })).rejects.toMatchObject({
    code: "UNREACHABLE",
    message: "Cannot reach the Docker daemon on build by ssh: No ED25519 host key is known. Failed.",
  })
})

test("without ssh", async () => {
  vi.stubEnv("PATH", folder)
  await expect(connectEngine({ host: "ssh://build" })).rejects.toMatchObject({
    code: "UNREACHABLE",
    message: expect.stringContaining("by ssh: the program cannot be started"),
  })
})

test("disposing of the engine ends ssh", async () => {
  await installSsh(dialStdio())
  const engine = await connectEngine({ host: "ssh://build" })
  daemon.removeAllListeners("request")
  const asked = new Promise<void>((resolve) => void daemon.once("request", () => resolve()))
  const left = new Promise<void>((resolve) => {
    daemon.on("connection", (socket) => void socket.once("close", () => resolve()))
  })
  const inspecting = engine.inspectImage("app")
  const failing = expect(inspecting).rejects.toMatchObject({ name: "DockerError" })
  await asked
  engine[Symbol.dispose]()
  await Promise.all([failing, left])
})
