/**
 * Proxies and certificates from the command line: what is found at once, what ends with which exit code, and what no proxy touches.
 */
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { networkInterfaces, tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import { startForwardProxy } from "../support/forward-proxy.ts"
import { run } from "./run.ts"

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-network-"))
  await writeFile(join(folder, "no-pem"), "certificate")
  await writeFile(join(folder, "damaged"), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
})
afterAll(() => rm(folder, { recursive: true }))
afterEach(() => vi.unstubAllEnvs())

const NOWHERE = { DOCKER_HOST: "unix:///nowhere/docker.sock", HOME: "/nowhere" }
const KEYS = { AWS_ACCESS_KEY_ID: "AKIDEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" }
const BACKENDS = [
  ["s3", "AWS_CA_BUNDLE", ["--region", "eu-west-1"]],
  ["gcs", "REQUESTS_CA_BUNDLE", ["--anonymous"]],
  ["azure", "REQUESTS_CA_BUNDLE", ["--account-name", "acme", "--anonymous"]],
] as const

describe.each(BACKENDS)("%s", (backend, variable, flags) => {
  const pull = [backend, "pull", ...flags, "images/app:1"]

  it.each([
    ["absent", "does not exist"],
    ["no-pem", "has none in PEM"],
    ["damaged", "has one that is damaged"],
  ])("refuses a file of certificates that is %s: 2, before anything is asked", async (name, words) => {
    const file = join(folder, name)
    const byFlag = await run([...pull, "--ca-file", file])
    expect(byFlag).toMatchObject({ code: 2, stdout: "" })
    expect(byFlag.stderr).toContain(`${file} (--ca-file, ${variable}) ${words}`)
    expect(await run(pull, { env: { ...NOWHERE, [variable]: file } })).toEqual(byFlag)
  })

  it("refuses a proxy that is none: 2, without its password", async () => {
    const env = { ...NOWHERE, https_proxy: "socks5://jane:hush@proxy:1080" }
    const { code, stderr } = await run(pull, { env })
    expect(code).toBe(2)
    expect(stderr).toContain("https_proxy names no HTTP proxy")
    expect(stderr).not.toContain("hush")
  })
})

it("a folder needs no network: proxies that are none do not matter", async () => {
  const { code } = await run(["file", "pull", `${folder}/app:1`], { env: { ...NOWHERE, HTTPS_PROXY: "?" } })
  expect(code).toBe(3)
})

/** An address of this machine at which no exception for loopback addresses holds, where there is one. */
const address =
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? "127.0.0.1"

/** A daemon that answers what it is asked first: enough for a command to ask the store. */
async function startDaemon() {
  const version = { Version: "27.0.0", ApiVersion: "1.46", MinAPIVersion: "1.24", Os: "linux", Arch: "amd64" }
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "", "http://daemon").pathname
    const reply = path.endsWith("/version") ? version : { OSType: "linux" }
    response.setHeader("content-type", "application/json").end(JSON.stringify(reply))
  }).listen(0, address)
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  return {
    host: `tcp://${address}:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    },
  }
}

it("a proxy that refuses ends a command: 4, in one sentence, and the daemon is not asked through it", async () => {
  await using proxy = await startForwardProxy({ user: { name: "jane", password: "secret" } })
  await using daemon = await startDaemon()
  const wrong = proxy.url.replace("secret", "wrong")
  for (const name of ["HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"]) vi.stubEnv(name, wrong)
  for (const [name, value] of Object.entries(KEYS)) vi.stubEnv(name, value)
  const argv = ["s3", "pull", "-H", daemon.host, "--transport", "registry", "--region", "eu-west-1"]
  const env = { HOME: "/nowhere", HTTPS_PROXY: wrong, HTTP_PROXY: wrong }
  const { code, stderr } = await run([...argv, "images/app:1"], { env })
  expect(code).toBe(4)
  expect(stderr).toMatch(/^Error: The proxy http:\/\/127\.0\.0\.1:\d+ \(from HTTPS_PROXY\) does not accept/m)
  expect(stderr).not.toMatch(/wrong|\n {4}at /)
  expect(proxy.seen).toEqual(["CONNECT images.s3.eu-west-1.amazonaws.com:443"])
})
