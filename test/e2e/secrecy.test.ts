/**
 * The password of a transfer's registry is the daemon's and ours alone: it is looked for wherever somebody else could read it.
 */
import { execFile } from "node:child_process"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, it } from "vitest"
import { start, succeed } from "../support/cli.ts"
import { describeWithEngine } from "../support/docker.ts"
import {
  addImage,
  type PrivateDocker,
  privateDockerMissing,
  startPrivateDocker,
} from "../support/private-docker.ts"
import { folderStore, type TestStore } from "../support/stores.ts"

const exec = promisify(execFile)

const IMAGE = "oci-store-test/secret:latest"

await describeWithEngine(
  "the password of a transfer",
  () => {
    let folder: string
    let engine: PrivateDocker
    let wire: Wire
    let store: TestStore

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "oci-store-secrecy-"))
      engine = await startPrivateDocker()
      wire = await tap(engine.host.replace("unix://", ""), join(folder, "tap.sock"))
      store = await folderStore()
      await addImage(engine, IMAGE, { layers: [{ bytes: 64_000_000, seed: "secrecy" }] })
    })
    afterAll(async () => {
      await wire[Symbol.asyncDispose]()
      await engine[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    })

    const args = (command: string) => [
      ...store.backend,
      command,
      "-vv",
      "--host",
      `unix://${join(folder, "tap.sock")}`,
      "--image",
      IMAGE,
      store.reference("app:v1"),
    ]

    it("is another each time, and nobody else is let in on the port, which is of the loopback interface", async () => {
      const push = start(args("push"), store.env)
      await push.says("/blobs/uploads/ 202")
      const pid = String(push.process.pid)
      const sockets = await exec("ss", ["--listening", "--tcp", "--numeric", "--no-header", "--processes"])
      const ours = sockets.stdout.split("\n").filter((line) => line.includes(`pid=${pid},`))
      const addresses = ours.map((line) => /\s(\S+:\d+)\s/.exec(line)?.[1] ?? line)
      const answers = addresses.map(async (address) => (await fetch(`http://${address}/v2/`)).status)
      const places = await Promise.all(
        ["cmdline", "environ"].map((file) => readFile(`/proc/${pid}/${file}`, "latin1")),
      )
      // Before anything is expected: it ends in a moment.
      expect(await Promise.all(answers)).toEqual([401])
      expect(addresses).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/)])
      const { code, stdout, stderr } = await push.outcome
      expect(code).toBe(0)

      await succeed(args("pull"), store.env)
      const passwords = wire.passwords()
      expect(passwords).toHaveLength(2)
      expect(new Set(passwords).size).toBe(2)
      for (const password of passwords) expect(password).toMatch(/^[\w-]{32}$/)
      for (const password of passwords) expect([...places, stdout, stderr].join("\n")).not.toContain(password)
    })

    it("is not in what the daemon keeps, nor in the store", async () => {
      for (const password of wire.passwords()) {
        for (const kept of [engine.folder, store.reference("")]) {
          const search = exec("grep", ["--recursive", "--quiet", "--devices=skip", "--", password, kept])
          // 1: not found.
          await expect(search).rejects.toMatchObject({ code: 1 })
        }
      }
    })
  },
  undefined,
  await privateDockerMissing(),
)

interface Wire extends AsyncDisposable {
  /** Each that was handed to the daemon. */
  passwords(): readonly string[]
}

/** Passes on what is said to a socket, and listens. */
async function tap(to: string, at: string): Promise<Wire> {
  let said = ""
  const server = createServer((client) => {
    const daemon = connect(to)
    client.on("data", (bytes) => {
      said += bytes.toString("latin1")
    })
    client.pipe(daemon).pipe(client)
    for (const end of [client, daemon]) end.on("error", () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(at, resolve))
  return {
    passwords: () =>
      [...said.matchAll(/^x-registry-auth: (\S+)/gim)].map(([, auth = ""]) => {
        const credentials = JSON.parse(Buffer.from(auth, "base64url").toString()) as { password: string }
        return credentials.password
      }),
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
