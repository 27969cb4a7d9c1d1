/**
 * The program as a server, with TLS and users, and the clients that people have: push, copy, list, delete and pull.
 */
import { execFile } from "node:child_process"
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Running, start, succeed as ociStore } from "../support/cli.ts"
import { describeWithEngine, docker, imageId, isPodman, removeImages, runImage } from "../support/docker.ts"
import { programsMissing, run, succeed } from "../support/programs.ts"
import { type RunnableImage, runnableImage } from "../support/runnable-image.ts"
import { makeCertificate } from "../support/tls.ts"

const USER = "ci"
const PASSWORD = "a:secret with spaces"

const missing = await programsMissing(["crane", "regctl", "helm"])
if (missing !== undefined && process.env["CI"]) throw new Error(missing)

/** On loopback addresses, Docker takes every certificate. */
const podman = (await isPodman()) ? "Podman takes certificates from folders of the system" : undefined

await describeWithEngine(
  "a server",
  () => {
    let folder: string
    let server: Running
    /** Host and port. */
    let address: string
    /** Of programs written in Go: nobody's configuration, our certificate. */
    let env: NodeJS.ProcessEnv
    let image: RunnableImage

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "oci-store-serve-"))
      const { certificate, key } = await makeCertificate(folder, "server")
      await writeFile(join(folder, "config.yaml"), await configuration(certificate, key))
      server = start(["serve", "--config", join(folder, "config.yaml"), "--listen", "127.0.0.1:0"])
      await server.says('"msg":"listening"')
      address = /https:\/\/([\d.:]+)/.exec(server.stderr())?.[1] ?? ""
      env = { HOME: folder, DOCKER_CONFIG: join(folder, "docker"), SSL_CERT_FILE: certificate }
      image = await runnableImage()
      await docker("--config", env["DOCKER_CONFIG"] ?? "", "login", "-u", USER, "-p", PASSWORD, address)
    })
    afterAll(async () => {
      server.process.kill("SIGTERM")
      const { code } = await server.outcome
      await removeImages(image.name, `${address}/team/app:1`)
      await rm(folder, { recursive: true })
      expect(code).toBe(0)
    })

    async function configuration(certificate: string, key: string): Promise<string> {
      const hashed = start(["hash-password"])
      hashed.process.stdin?.end(`${PASSWORD}\n`)
      const { stdout } = await hashed.outcome
      const settings = {
        storage: { path: join(folder, "store") },
        tls: { certificate, key },
        auth: {
          users: [
            { username: USER, password_hash: stdout.trim() },
            { username: "reader", password: "reader", access: "read" },
          ],
        },
      }
      return JSON.stringify(settings)
    }

    const dockerAs = (...args: string[]): Promise<string> =>
      docker("--config", env["DOCKER_CONFIG"] ?? "", ...args)

    it("speaks HTTP/2 with who can", async () => {
      const { stdout } = await promisify(execFile)("curl", [
        "--silent",
        "--http2",
        "--cacert",
        join(folder, "server.crt"),
        "--user",
        `${USER}:${PASSWORD}`,
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_version} %{http_code}",
        `https://${address}/v2/`,
      ])
      expect(stdout).toBe("2 200")
    })

    it("docker pushes and pulls what runs again", async () => {
      const name = `${address}/team/app:1`
      await dockerAs("tag", image.name, name)
      await dockerAs("push", "--quiet", name)
      await removeImages(name, image.name)
      await dockerAs("pull", "--quiet", name)
      expect(await imageId(name)).toBe(image.id)
      expect(await runImage(name)).toBe(image.marker)
    })

    it("docker is told when it may not", async () => {
      const other = join(folder, "reader")
      await mkdir(other)
      await docker("--config", other, "login", "-u", "reader", "-p", "reader", address)
      // Another name: an engine that finds everything there has nothing to push.
      const name = `${address}/reader/app:1`
      await docker("tag", `${address}/team/app:1`, name)
      await expect(docker("--config", other, "push", "--quiet", name)).rejects.toThrow(/denied/)
      await removeImages(name)
      await docker("--config", other, "pull", "--quiet", `${address}/team/app:1`)
      // The newest engines tell of their second attempt, without TLS, instead.
      const login = docker("--config", other, "login", "-u", "reader", "-p", "wrong", address)
      await expect(login).rejects.toThrow(/unauthorized|EOF/i)
    })

    it("oci-store pulls from the folder what docker pushed to the server", async () => {
      const pulled = `${image.name}-pulled`
      await ociStore(["file", "pull", "--image", pulled, `${folder}/store//team/app:1`])
      expect(await runImage(pulled)).toBe(image.marker)
      await removeImages(pulled)
    })

    it("crane copies, lists, pulls, pushes and deletes", async () => {
      const crane = async (...args: string[]): Promise<string> =>
        (await succeed("crane", args, { env })).toString().trim()
      await crane("copy", `${address}/team/app:1`, `${address}/copies/app:crane`)
      expect(await crane("ls", `${address}/copies/app`)).toBe("crane")
      expect(await crane("digest", `${address}/copies/app:crane`)).toBe(
        await crane("digest", `${address}/team/app:1`),
      )
      await crane("pull", `${address}/copies/app:crane`, join(folder, "crane.tar"))
      await crane("push", join(folder, "crane.tar"), `${address}/pushed/app:2`)
      expect(await crane("ls", `${address}/pushed/app`)).toBe("2")
      await crane("delete", `${address}/pushed/app:2`)
      expect((await run("crane", ["digest", `${address}/pushed/app:2`], { env })).code).not.toBe(0)
    })

    it("regctl copies, lists, exports, imports and deletes", async () => {
      const regctl = async (...args: string[]): Promise<string> =>
        (await succeed("regctl", args, { env })).toString().trim()
      await regctl("image", "copy", `${address}/team/app:1`, `${address}/copies/app:regctl`)
      expect((await regctl("tag", "ls", `${address}/copies/app`)).split("\n")).toContain("regctl")
      await regctl("image", "export", `${address}/copies/app:regctl`, join(folder, "regctl.tar"))
      await regctl("image", "import", `${address}/imported/app:3`, join(folder, "regctl.tar"))
      expect(await regctl("image", "digest", `${address}/imported/app:3`)).toMatch(/^sha256:/)
      await regctl("tag", "delete", `${address}/imported/app:3`)
      expect((await run("regctl", ["image", "digest", `${address}/imported/app:3`], { env })).code).not.toBe(
        0,
      )
    })

    it("helm logs in, pushes a chart and pulls it again", async () => {
      const helm = (...args: string[]): Promise<Buffer> =>
        succeed("helm", [...args, "--ca-file", join(folder, "server.crt")], { env, cwd: folder })
      await mkdir(join(folder, "chart"))
      await writeFile(
        join(folder, "chart", "Chart.yaml"),
        "apiVersion: v2\nname: my-chart\nversion: 1.0.0+build.1\n",
      )
      await succeed("helm", ["package", "chart"], { env, cwd: folder })
      await helm("registry", "login", address, "--username", USER, "--password", PASSWORD)
      await helm("push", "my-chart-1.0.0+build.1.tgz", `oci://${address}/charts`)
      await mkdir(join(folder, "pulled"))
      await helm(
        "pull",
        `oci://${address}/charts/my-chart`,
        "--version",
        "1.0.0+build.1",
        "-d",
        join(folder, "pulled"),
      )
      const [pulled = ""] = await readdir(join(folder, "pulled"))
      expect(pulled).toBe("my-chart-1.0.0+build.1.tgz")
      expect(await readFile(join(folder, "pulled", pulled))).toEqual(await readFile(join(folder, pulled)))
    })

    it("reads its certificate again on SIGHUP, and goes on", async () => {
      const second = await makeCertificate(folder, "second")
      await copyFile(second.key, join(folder, "server.key"))
      await copyFile(second.certificate, join(folder, "server.crt"))
      server.process.kill("SIGHUP")
      await server.says("certificate and users read again")
      const digest = await run("crane", ["digest", `${address}/team/app:1`], {
        env: { ...env, SSL_CERT_FILE: second.certificate },
      })
      expect(digest).toMatchObject({ code: 0 })
    })

    it("logs each request with its user, and no password", async () => {
      const lines = server.stderr().trimEnd().split("\n")
      const entries = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
      const puts = entries.filter(
        ({ method, path }) => method === "PUT" && String(path).endsWith("/manifests/1"),
      )
      expect(puts).toMatchObject([{ msg: "request", user: USER, status: 201 }])
      expect(entries.some(({ user, status }) => user === "reader" && status === 403)).toBe(true)
      expect(lines.join("\n")).not.toContain("secret")
      expect(entries.filter(({ level }) => level === "error")).toEqual([])
    })
  },
  undefined,
  podman,
)

describe("signals", () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "oci-store-signals-"))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it("the second one ends a server at once, whatever still runs", async () => {
    const server = start(["file", "serve", "--listen", "127.0.0.1:0", "--log-level", "debug", folder])
    await server.says('"msg":"listening"')
    const url = /http:[^"]*/.exec(server.stderr())?.[0] ?? ""
    const path = `/v2/a/blobs/uploads/?digest=sha256:${"0".repeat(64)}`
    const upload = request(`${url}${path}`, { method: "POST", headers: { "content-length": 20_000_000 } })
    const broken = new Promise((resolve) => upload.once("error", resolve))
    upload.write("a part")
    // Of so large a blob it asks first whether it is there.
    await server.says('"operation":"read"')
    server.process.kill("SIGTERM")
    await server.says('"msg":"stopping')
    server.process.kill("SIGTERM")
    const { code } = await server.outcome
    expect(code).not.toBe(0)
    await broken
  })
})
