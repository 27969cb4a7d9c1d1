import { createHash } from "node:crypto"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type Environment, findHost } from "../../../src/docker/host.ts"

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "oci-store-host-"))
})
afterEach(() => rm(home, { recursive: true }))

const find = (env: Environment = {}, host?: string) =>
  findHost({ host, env: { HOME: home, ...env }, platform: "linux" })

async function write(path: string, content: string | object) {
  const file = join(home, ".docker", path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, typeof content === "string" ? content : JSON.stringify(content))
}

async function writeContext(name: string, docker: object, tls: Record<string, string> = {}) {
  const id = createHash("sha256").update(name).digest("hex")
  await write(`contexts/meta/${id}/meta.json`, { Name: name, Metadata: {}, Endpoints: { docker } })
  for (const [file, content] of Object.entries(tls)) await write(`contexts/tls/${id}/docker/${file}`, content)
}

test("--host beats DOCKER_HOST beats DOCKER_CONTEXT beats the current context", async () => {
  await write("config.json", { currentContext: "current" })
  await writeContext("current", { Host: "unix:///current.sock" })
  await writeContext("other", { Host: "ssh://me@other" })
  const both = { DOCKER_HOST: "tcp://10.0.0.5:2375", DOCKER_CONTEXT: "other" }

  expect(await find(both, "unix:///flag.sock")).toMatchObject({
    address: "unix:///flag.sock",
    origin: "--host",
  })
  expect(await find(both)).toMatchObject({ address: "tcp://10.0.0.5:2375", origin: "DOCKER_HOST" })
  expect(await find({ DOCKER_CONTEXT: "other" })).toEqual({
    address: "ssh://me@other",
    endpoint: { protocol: "ssh", hostname: "other", username: "me" },
    origin: "context 'other' of DOCKER_CONTEXT",
  })
  expect(await find()).toMatchObject({ address: "unix:///current.sock", origin: "context 'current'" })
})

test("the context named default is no context", async () => {
  await write("config.json", { currentContext: "default" })
  expect(await find()).toMatchObject({ origin: "default" })
})

test("DOCKER_CONFIG moves the configuration", async () => {
  await write("config.json", { currentContext: "gone" })
  expect(await find({ DOCKER_CONFIG: join(home, "elsewhere") })).toMatchObject({ origin: "default" })
})

test("a context that does not exist", async () => {
  await expect(find({ DOCKER_CONTEXT: "nope" })).rejects.toMatchObject({
    code: "ABSENT",
    message: "The Docker context 'nope' does not exist: see `docker context ls`",
  })
})

test("a configuration that cannot be read", async () => {
  await write("config.json", "{ not json")
  await expect(find()).rejects.toMatchObject({
    code: "ABSENT",
    message: expect.stringContaining("config.json"),
  })
})

test("TLS of a context", async () => {
  await writeContext(
    "tls",
    { Host: "tcp://10.0.0.5:2376", SkipTLSVerify: false },
    { "ca.pem": "CA", "key.pem": "KEY" },
  )
  expect(await find({ DOCKER_CONTEXT: "tls" })).toMatchObject({
    endpoint: { protocol: "https", port: 2376 },
    tls: { ca: Buffer.from("CA"), key: Buffer.from("KEY"), verify: true },
  })
  await writeContext("skip", { Host: "tcp://10.0.0.5", SkipTLSVerify: true })
  expect(await find({ DOCKER_CONTEXT: "skip" })).toMatchObject({
    endpoint: { protocol: "https", port: 2376 },
    tls: { verify: false },
  })
})

test("TLS of DOCKER_TLS_VERIFY, from DOCKER_CERT_PATH or the configuration folder", async () => {
  await write("ca.pem", "DEFAULT")
  await write("certs/ca.pem", "CHOSEN")
  const env = { DOCKER_HOST: "tcp://10.0.0.5", DOCKER_TLS_VERIFY: "1" }
  expect(await find(env)).toMatchObject({
    endpoint: { protocol: "https" },
    tls: { ca: Buffer.from("DEFAULT") },
  })
  expect(await find({ ...env, DOCKER_CERT_PATH: join(home, ".docker/certs") })).toMatchObject({
    tls: { ca: Buffer.from("CHOSEN") },
  })
  expect(await find({ DOCKER_HOST: "https://10.0.0.5" })).toMatchObject({
    tls: { ca: Buffer.from("DEFAULT") },
  })
})

test("Windows listens at a named pipe", async () => {
  expect(await findHost({ env: { USERPROFILE: home }, platform: "win32" })).toMatchObject({
    address: "npipe:////./pipe/docker_engine",
    endpoint: { protocol: "socket", path: "//./pipe/docker_engine" },
  })
})
