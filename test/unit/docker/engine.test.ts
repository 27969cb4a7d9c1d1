import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import { hostname, tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { connectEngine, type DockerEngine } from "../../../src/docker/engine.ts"
import { collect } from "./collect.ts"
import { CLASSIC_PUSH, replyOf } from "./recorded.ts"

/** A daemon on a socket of its own, to see what really goes over the wire and what a broken wire looks like. */
let folder: string
let daemon: Server
let host: string
let handler: (request: IncomingMessage, response: ServerResponse) => void
const asked: string[] = []

const VERSION = { Version: "20.10.24", ApiVersion: "1.41", MinAPIVersion: "1.12", Os: "linux", Arch: "amd64" }

beforeEach(async () => {
  asked.length = 0
  folder = await mkdtemp(join(tmpdir(), "oci-store-engine-"))
  host = `unix://${join(folder, "docker.sock")}`
  handler = (_, response) => response.end("{}")
  daemon = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.setHeader("content-type", "application/json")
    if (request.url?.startsWith("/version")) response.end(JSON.stringify(VERSION))
    else if (request.url?.startsWith("/v1.41/info"))
      response.end(JSON.stringify({ Name: hostname(), OSType: "linux" }))
    else handler(request, response)
  })
  daemon.listen(join(folder, "docker.sock"))
  await once(daemon, "listening")
})

afterEach(async () => {
  vi.unstubAllEnvs()
  daemon.closeAllConnections()
  daemon.close()
  await rm(folder, { recursive: true })
})

const CREDENTIALS = { username: "u?", password: "p>", serverAddress: "127.0.0.1:5000" }
const push = (engine: DockerEngine, signal?: AbortSignal) =>
  engine.pushImage("127.0.0.1:5000/app", "v1", CREDENTIALS, { signal })

test("agrees on a version, whatever the environment says beside --host", async () => {
  vi.stubEnv("DOCKER_HOST", "tcp://203.0.113.1:1")
  vi.stubEnv("DOCKER_TLS_VERIFY", "1")
  using engine = await connectEngine({ host })
  expect(engine.info).toMatchObject({ host, kind: "docker", apiVersion: "1.41", store: "classic" })
  await engine.tagImage("app:v1", "127.0.0.1:5000/app", "v1")
  expect(asked).toEqual([
    "GET /version?",
    "GET /v1.41/info?",
    "POST /v1.41/images/app:v1/tag?repo=127.0.0.1%3A5000%2Fapp&tag=v1",
  ])
})

test("hands the registry's credentials over in the header, as URL-safe base64", async () => {
  let header: unknown
  handler = (request, response) => {
    header = request.headers["x-registry-auth"]
    response.end(replyOf(CLASSIC_PUSH))
  }
  using engine = await connectEngine({ host })
  expect(await collect(push(engine))).toHaveLength(8)
  expect(JSON.parse(Buffer.from(String(header), "base64url").toString())).toEqual({
    username: "u?",
    password: "p>",
    serveraddress: "127.0.0.1:5000",
  })
  expect(asked.at(-1)).toBe("POST /v1.41/images/127.0.0.1:5000/app/push?tag=v1")
})

test("an error reply to a streamed request", async () => {
  handler = (_, response) => {
    response.statusCode = 404
    response.end('{"message":"No such image: app"}')
  }
  using engine = await connectEngine({ host })
  await expect(collect(push(engine))).rejects.toMatchObject({
    code: "IMAGE_NOT_FOUND",
    message: "Cannot push 127.0.0.1:5000/app:v1: No such image: app",
  })
})

test("a daemon that goes away in the middle of a push", async () => {
  handler = (_, response) => response.write(replyOf(CLASSIC_PUSH.slice(0, 2)), () => response.destroy())
  using engine = await connectEngine({ host })
  await expect(collect(push(engine))).rejects.toMatchObject({ name: "DockerError", code: "DIED" })
})

test("a daemon that hangs up without a word", async () => {
  handler = (_, response) => response.destroy()
  using engine = await connectEngine({ host })
  await expect(engine.inspectImage("app")).rejects.toMatchObject({ name: "DockerError", code: "DIED" })
})

/** Starts a push that never ends; resolves when its request has been broken off. */
function endlessPush() {
  return new Promise<void>((resolve) => {
    handler = (_, response) => {
      response.on("close", resolve)
      response.write(replyOf(CLASSIC_PUSH.slice(0, 2)))
    }
  })
}

test("leaving the iteration breaks off the request", async () => {
  const brokenOff = endlessPush()
  using engine = await connectEngine({ host })
  for await (const progress of push(engine)) if (progress.type === "layer") break
  await brokenOff
})

test("an aborted signal breaks off the push with its reason", async () => {
  const brokenOff = endlessPush()
  using engine = await connectEngine({ host })
  const controller = new AbortController()
  const reason = new Error("interrupted")
  const aborted = (async () => {
    for await (const progress of push(engine, controller.signal)) {
      if (progress.type === "layer") controller.abort(reason)
    }
  })()
  await expect(aborted).rejects.toBe(reason)
  await brokenOff
})

test("an aborted signal breaks off a plain request with its reason", async () => {
  using engine = await connectEngine({ host })
  const controller = new AbortController()
  const reason = new Error("interrupted")
  handler = (_, response) => response.write("{", () => controller.abort(reason))
  await expect(engine.inspectImage("app", { signal: controller.signal })).rejects.toBe(reason)
  await expect(engine.inspectImage("app", { signal: controller.signal })).rejects.toBe(reason)
})

test("disposing of the engine breaks off what still runs", async () => {
  const brokenOff = endlessPush()
  const engine = await connectEngine({ host })
  const steps = push(engine)[Symbol.asyncIterator]()
  await steps.next()
  engine[Symbol.dispose]()
  await brokenOff
})

test("no socket, and nobody at the socket", async () => {
  await expect(connectEngine({ host: `unix://${folder}/none.sock` })).rejects.toMatchObject({
    code: "ABSENT",
  })
})

test("something else at the socket", async () => {
  daemon.removeAllListeners("request").on("request", (_, response: ServerResponse) => {
    response.statusCode = 404
    response.end("404 page not found")
  })
  await expect(connectEngine({ host })).rejects.toMatchObject({
    code: "UNREACHABLE",
    message: expect.stringContaining(`What answers at ${host} is no Docker daemon`),
  })
})

test("something at the socket that sends one elsewhere is not followed", async () => {
  daemon.removeAllListeners("request").on("request", (_, response: ServerResponse) => {
    response.writeHead(301, { location: "/login" }).end()
  })
  await expect(connectEngine({ host })).rejects.toMatchObject({
    code: "UNREACHABLE",
    message: `What answers at ${host} is no Docker daemon. Cannot ask the Docker daemon for /version: it answers by pointing elsewhere`,
  })
})

test("an engine from before API 1.40", async () => {
  daemon.removeAllListeners("request").on("request", (_, response: ServerResponse) => {
    response.end(JSON.stringify({ ...VERSION, ApiVersion: "1.24" }))
  })
  await expect(connectEngine({ host })).rejects.toMatchObject({
    code: "TOO_OLD",
    message: expect.stringContaining("speaks API 1.24: 1.40 (Docker 19.03) or newer is needed"),
  })
})
