/**
 * The package as a user installs it does what it is for.
 */
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { digestOf } from "../../src/oci/digest.ts"
import { describeWithEngine, imageId, removeImages } from "../support/docker.ts"
import { runnableImage } from "../support/runnable-image.ts"
import { type Installation, install } from "./installation.ts"
import { MANIFEST } from "./npm.ts"

const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"

let installed: Installation

beforeAll(async () => {
  installed = await install()
})
afterAll(() => installed[Symbol.asyncDispose]())

describe("installed from its archive", () => {
  it.each(["oci-store", "oci-s3"])("%s runs", async (command) => {
    const { ended } = installed.start(command, ["--version"])
    expect(await ended).toEqual({ code: 0, said: `${MANIFEST.version}\n` })
  })

  // Drivers are loaded when they are needed: what one of them lacks shows only then.
  it.each([
    ["s3", "--region", "us-east-1"],
    ["gcs", "--project-id", "p"],
    ["azure", "--account-name", "acme", "--account-key", "a2V5"],
  ])("reaches for %s", async (backend, ...flags) => {
    const keys = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b", METADATA_SERVER_DETECTION: "none" }
    const nowhere = ["--endpoint", "http://127.0.0.1:9"]
    const { ended } = installed.start("oci-store", [backend, "doctor", "bucket", ...flags, ...nowhere], keys)
    const { said } = await ended
    expect(said).toContain("127.0.0.1:9")
    expect(said).not.toMatch(/Cannot find|ERR_MODULE|TypeError/)
  })

  it("serves a folder: a manifest goes in by HTTP, and comes out", async () => {
    const { folder, start } = installed
    const images = join(folder, "images")
    const server = start("oci-store", ["file", "serve", images, "--listen", "127.0.0.1:0"])
    try {
      await expect.poll(server.said).toContain('"msg":"listening"')
      const url = `${/http:[^"]*/.exec(server.said())?.[0]}/v2/app`
      const config = Buffer.from("{}")
      const digest = digestOf(config)
      const upload = await fetch(`${url}/blobs/uploads/?digest=${digest}`, {
        method: "POST",
        body: config,
        headers: { "content-type": "application/octet-stream" },
      })
      expect(upload.status).toBe(201)
      const manifest = JSON.stringify({
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        config: { mediaType: "application/vnd.oci.image.config.v1+json", digest, size: config.length },
        layers: [],
      })
      const headers = { "content-type": OCI_MANIFEST }
      const put = await fetch(`${url}/manifests/v1`, { method: "PUT", body: manifest, headers })
      expect(put.status).toBe(201)
      const got = await fetch(`${url}/manifests/v1`, { headers: { accept: OCI_MANIFEST } })
      expect(await got.text()).toBe(manifest)
    } finally {
      server.process.kill("SIGTERM")
    }
    expect(await server.ended).toMatchObject({ code: 0 })
    expect(await start("oci-store", ["file", "verify", images]).ended).toMatchObject({ code: 0 })
  })

  it("is a library", async () => {
    const script = join(installed.folder, "library.mjs")
    const index = pathToFileURL(join(installed.home, "dist", "index.js")).href
    await writeFile(script, `import { push } from ${JSON.stringify(index)}\nconsole.log(typeof push)\n`)
    const { ended } = installed.start(process.execPath, [script])
    expect(await ended).toEqual({ code: 0, said: "function\n" })
  })
})

await describeWithEngine("installed from its archive, with a daemon", () => {
  it("finds all well, pushes an image into a folder and pulls it", async () => {
    const image = await runnableImage()
    const copy = "oci-store-test/installed:v1"
    const store = join(installed.folder, "store")
    const run = (...args: string[]) =>
      installed.start("oci-store", ["file", ...args], { DOCKER_HOST: process.env["DOCKER_HOST"] }).ended
    try {
      expect(await run("push", "--image", image.name, `${store}/app:v1`)).toMatchObject({ code: 0 })
      expect(await run("doctor", store)).toMatchObject({ code: 0 })
      expect(await run("pull", `${store}/app:v1`, "--image", copy)).toMatchObject({ code: 0 })
      expect(await imageId(copy)).toBe(image.id)
    } finally {
      await removeImages(image.name, copy)
    }
  })
})
