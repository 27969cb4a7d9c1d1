/**
 * A store that somebody has damaged: links and manifests that hold anything.
 * @module
 */
import * as fc from "fast-check"
import { digestOf } from "../../../src/oci/digest.ts"
import type { RepositoryName, Tag } from "../../../src/oci/reference.ts"
import { blobData, layerLink, revisionLink, tagCurrent } from "../../../src/registry/layout.ts"
import { createTestRegistry } from "../../support/registry.ts"
import { checkAnswer, checkPrototypes } from "./answers.ts"
import { bytes, CONTENT, manifests, STORED } from "./content.ts"
import type { Property } from "./property.ts"
import { recordingDriver } from "./recording-driver.ts"
import { store } from "./routes.ts"
import { digests, nasty } from "./texts.ts"

const NAME = STORED.name as RepositoryName
const TAG = STORED.tag as Tag
const { digest } = CONTENT.root
const [blob] = CONTENT.blobs.keys()
if (!blob) throw new TypeError("no blob")

const places = [
  tagCurrent(NAME, TAG),
  revisionLink(NAME, digest),
  layerLink(NAME, blob),
  blobData(digest),
  blobData(blob),
]

const contents = fc.oneof(
  digests.map((text) => Buffer.from(text)),
  digests.map((text) => Buffer.from(`${text}\n`)),
  digests.map((text) => Buffer.from(text + text)),
  nasty.map((text) => Buffer.from(text)),
  bytes,
  fc.nat({ max: 20_000 }).map((size) => Buffer.alloc(size, "sha256:a")),
)

export const damagedStore: Property = {
  name: "a damaged store",
  share: 0.1,
  property: () =>
    fc.asyncProperty(fc.constantFrom(...places), contents, fc.boolean(), async (key, content, isServer) => {
      const { driver, strays } = recordingDriver()
      await store(driver)
      await driver.write(key, content)
      const { app } = createTestRegistry({ scope: isServer ? "repository" : "store" }, driver)
      for (const path of [`manifests/${TAG}`, `manifests/${digest}`, `blobs/${blob}`, "tags/list"]) {
        const answer = await app.request(`/v2/${NAME}/${path}`)
        const body = await answer.text().catch(() => undefined)
        if (body === undefined) continue // broken off: nobody takes it for complete
        const type = answer.headers.get("content-type") ?? ""
        checkAnswer("GET", { status: answer.status, type, body }, 500)
        const whole = CONTENT.blobs.get(blob)
        if (path.startsWith("blobs/") && answer.status === 200 && body !== whole?.toString())
          throw new Error("a damaged blob was given out as whole")
      }
      if (strays.length > 0) throw new Error(`keys outside of the root: ${strays.join(", ")}`)
    }),
}

/** Manifests of any shape, well stored. */
export const strangeManifests: Property = {
  name: "strange manifests",
  share: 0.1,
  property: () =>
    fc.asyncProperty(manifests, async (manifest) => {
      const { driver, strays } = recordingDriver()
      await store(driver)
      const own = digestOf(manifest)
      await driver.write(blobData(own), manifest)
      await driver.write(revisionLink(NAME, own), Buffer.from(own))
      const { app } = createTestRegistry({}, driver)
      const read = await app.request(`/v2/${NAME}/manifests/${own}`)
      const type = read.headers.get("content-type") ?? ""
      checkAnswer("GET", { status: read.status, type, body: await read.text() }, 500)
      checkPrototypes()
      if (strays.length > 0) throw new Error(`keys outside of the root: ${strays.join(", ")}`)
    }),
}
