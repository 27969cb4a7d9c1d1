/**
 * A server with users that sends its clients to the bucket: what real ones do there, and what the log says.
 */
import { randomBytes } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, expect, it } from "vitest"
import { digestOf } from "../../src/oci/digest.ts"
import { describeWithVersitygw } from "../storage/s3/setup.ts"
import { MiB } from "../support/bytes.ts"
import { type FaultProxy, startFaultProxy } from "../support/fault-proxy.ts"
import { programsMissing, succeed } from "../support/programs.ts"
import { startServer, type TestServer } from "../support/server.ts"
import { tarArchive, tarFile } from "../support/tar.ts"
import { startVersitygw, type Versitygw } from "../support/versitygw.ts"

const USER = { username: "ci", password: "a-secret" }
const BASIC = { authorization: `Basic ${btoa(`${USER.username}:${USER.password}`)}` }
const LAYER = randomBytes(2 * MiB)

const missing = await programsMissing(["crane", "regctl"])
if (missing !== undefined && process.env["CI"]) throw new Error(missing)

describeWithVersitygw("a server with users that redirects to S3", (program) => {
  let gateway: Versitygw
  /** Before the bucket: the way that clients take. */
  let front: FaultProxy
  let folder: string

  beforeAll(async () => {
    gateway = await startVersitygw(program)
    await gateway.createBucket("images")
    front = await startFaultProxy(gateway.endpoint)
    folder = await mkdtemp(join(tmpdir(), "oci-store-redirects-"))
  })
  afterAll(async () => {
    await rm(folder, { recursive: true })
    await front[Symbol.asyncDispose]()
    await gateway[Symbol.asyncDispose]()
  })
  afterEach(() => front.plan(() => undefined))

  const start = (settings: Record<string, unknown>): Promise<TestServer> =>
    startServer({
      "storage.type": "s3",
      "storage.bucket": "images",
      "storage.endpoint": gateway.endpoint,
      "storage.access_key": gateway.root.accessKey,
      "storage.secret_key": gateway.root.secretKey,
      "auth.users": [USER],
      ...settings,
    })

  async function push(url: string, blob: Buffer): Promise<string> {
    const target = `${url}/v2/team/app/blobs/uploads/?digest=${digestOf(blob)}`
    const body = new Uint8Array(blob)
    expect((await fetch(target, { method: "POST", body, headers: BASIC })).status).toBe(201)
    return `${url}/v2/team/app/blobs/${digestOf(blob)}`
  }

  const ask = (url: string, method = "GET"): Promise<Response> =>
    fetch(url, { method, redirect: "manual", headers: BASIC })

  it("auto: large blobs come from the host that clients are said to reach, and from it alone", async () => {
    await using test = await start({ "storage.public_endpoint": front.url })
    const blob = await push(test.url, LAYER)
    const sent = await ask(blob)
    expect(sent.status).toBe(307)
    expect(sent.headers.get("content-length")).toBe("0")
    const location = sent.headers.get("location") ?? ""
    expect(location).toMatch(`${front.url}/images/docker/registry/v2/blobs/sha256/`)
    expect(Buffer.from(await (await fetch(location)).arrayBuffer())).toEqual(LAYER)
    expect((await ask(blob, "HEAD")).status).toBe(200)
    const part = await fetch(blob, { headers: { ...BASIC, range: "bytes=5-9" } })
    expect(part.status).toBe(206)
    expect(Buffer.from(await part.arrayBuffer())).toEqual(LAYER.subarray(5, 10))
    expect((await ask(await push(test.url, Buffer.from("small")))).status).toBe(200)
  })

  it("auto: a bucket that only this machine reaches is read through the server", async () => {
    await using test = await start({})
    expect((await ask(await push(test.url, LAYER))).status).toBe(200)
  })

  it("who may not read is sent nowhere", async () => {
    await using test = await start({ redirect: "on" })
    const blob = await push(test.url, LAYER)
    const stranger = await fetch(blob, { redirect: "manual" })
    expect([stranger.status, stranger.headers.get("location")]).toEqual([401, null])
  })

  it("does not start where it has to redirect and cannot sign", async () => {
    await gateway.makePublic("images")
    const anonymous = { "storage.access_key": undefined, "storage.secret_key": undefined }
    await expect(start({ ...anonymous, "storage.anonymous": true, redirect: "on" })).rejects.toThrow(
      "redirect is 'on', but these credentials of the s3 backend cannot sign URLs",
    )
  })

  it.skipIf(missing !== undefined)(
    `crane and regctl pull through it, and keep their password from the bucket${missing ? ` (${missing})` : ""}`,
    async () => {
      // Another name, and not just another port: of that, Go's client makes no difference.
      const elsewhere = front.url.replace("127.0.0.1", "localhost")
      await using test = await start({ redirect: "on", "storage.public_endpoint": elsewhere })
      const address = new URL(test.url).host
      const env = { HOME: folder, DOCKER_CONFIG: folder, PATH: "" }
      const login = ["-u", USER.username, "-p", USER.password]
      await succeed("crane", ["auth", "login", address, ...login], { env })
      await succeed(
        "crane",
        ["append", "--new_layer", await layerFile(folder), "-t", `${address}/team/app:1`],
        {
          env,
        },
      )

      await succeed("crane", ["pull", `${address}/team/app:1`, join(folder, "pulled.tar")], { env })
      await succeed("crane", ["validate", "--remote", `${address}/team/app:1`], { env })
      const byCrane = front.seen.length
      expect(byCrane).toBeGreaterThanOrEqual(4)

      await succeed("regctl", ["registry", "set", "--tls", "disabled", address], { env })
      await succeed("regctl", ["registry", "login", address, ...login.slice(0, 2), "--pass", USER.password], {
        env,
      })
      await succeed("regctl", ["image", "export", `${address}/team/app:1`, join(folder, "regctl.tar")], {
        env,
      })
      expect(front.seen.length).toBeGreaterThanOrEqual(byCrane + 2)

      expect(front.seen.every(({ method }) => method === "GET")).toBe(true)
      expect(front.seen.filter(({ headers }) => "authorization" in headers)).toEqual([])
      expect(test.logged.filter(({ status }) => status === 307).length).toBe(front.seen.length)
      expect(JSON.stringify(test.logged)).not.toMatch(/X-Amz|Signature|a-secret/i)
    },
  )
})

async function layerFile(folder: string): Promise<string> {
  const file = join(folder, "layer.tar")
  const content = tarArchive([tarFile({ name: "layer" }, LAYER)])
  await writeFile(file, content)
  return file
}
