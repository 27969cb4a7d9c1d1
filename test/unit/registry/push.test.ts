import { setImmediate } from "node:timers/promises"
import { beforeEach, describe, expect, it } from "vitest"
import { digestOf } from "../../../src/oci/digest.ts"
import type { BlobEvent } from "../../../src/registry/events.ts"
import { parseReference, parseRepositoryName } from "../../../src/oci/reference.ts"
import { blobData, layerLink, revisionLink, tagCurrent, tagIndex } from "../../../src/registry/layout.ts"
import { TagExistsError } from "../../../src/registry/immutable-tags.ts"
import { readWhole } from "../../../src/registry/objects.ts"
import { StorageError } from "../../../src/storage/driver.ts"
import { createMemoryDriver } from "../../../src/storage/memory.ts"
import { chunksOf, collect } from "../../support/bytes.ts"
import {
  createTestRegistry,
  imageIndex,
  imageManifest,
  pushBlob,
  putManifest,
  type TestRegistry,
} from "../../support/registry.ts"
import { OCI_IMAGE_INDEX } from "../../../src/oci/media-types.ts"

const config = Buffer.from("{}")
const layer = Buffer.from("layer")
const manifest = imageManifest(config, [layer])
const digest = digestOf(manifest)
const name = parseRepositoryName("team/app")
const other = parseRepositoryName("other")
const { tag } = parseReference("v1")
if (tag === undefined) throw new Error("v1 is a tag")

/** What a stock registry has after a push of the image to `team/app`. */
const EXPECTED = [
  blobData(digestOf(config)),
  blobData(digestOf(layer)),
  blobData(digest),
  layerLink(name, digestOf(config)),
  layerLink(name, digestOf(layer)),
  revisionLink(name, digest),
].toSorted()
const TAGGED = [...EXPECTED, tagCurrent(name, tag), tagIndex(name, tag, digest)].toSorted()

describe("a push", () => {
  let test: TestRegistry

  const pushImage = async (repository: string = name): Promise<Response> => {
    await pushBlob(test, repository, config)
    await pushBlob(test, repository, layer)
    return putManifest(test, repository, "v1", manifest)
  }

  beforeEach(() => {
    test = createTestRegistry({ publish: "held" })
  })

  it("holds the tag until it is published, and answers for it meanwhile", async () => {
    await pushImage()
    expect(await test.keys()).toEqual(EXPECTED)
    expect((await test.app.request("/v2/team/app/manifests/v1", { method: "HEAD" })).status).toBe(200)
    await test.registry.tags.publish(name, tag, digest)
    expect(await test.keys()).toEqual(TAGGED)
  })

  it("counts a blob as present that turns out to be there when it is written", async () => {
    await pushBlob(test, name, layer)
    const events: BlobEvent[] = []
    const onBlob = (event: BlobEvent) => void events.push(event)
    // Another process on the same store, which knows of nothing.
    const again = createTestRegistry({ publish: "held", onBlob }, test.driver)
    await pushBlob(again, name, layer)
    expect(events.at(-1)).toEqual({ type: "present", digest: digestOf(layer), size: layer.length })
    // A collection beside the push could still take it away.
    await test.driver.delete(blobData(digestOf(layer)))
    expect(await again.registry.blobs.recheck()).toEqual([digestOf(layer)])
  })

  it("writes links of exactly the digest, without a newline", async () => {
    await pushImage()
    await test.registry.tags.publish(name, tag, digest)
    for (const [key, content] of [
      [tagCurrent(name, tag), digest],
      [tagIndex(name, tag, digest), digest],
      [revisionLink(name, digest), digest],
      [layerLink(name, digestOf(layer)), digestOf(layer)],
    ] as const) {
      const { body } = await test.driver.read(key)
      expect(String(await collect(body))).toBe(content)
    }
  })

  it("pays the links that are owed for blobs found elsewhere in the store, before the manifest", async () => {
    await pushImage(other)
    const again = createTestRegistry({ publish: "held" }, test.driver)
    for (const blob of [config, layer]) {
      const head = await again.app.request(`/v2/team/app/blobs/${digestOf(blob)}`, { method: "HEAD" })
      expect(head.status).toBe(200)
    }
    expect(await test.keys()).not.toContain(layerLink(name, digestOf(layer)))
    expect((await putManifest(again, "team/app", "v1", manifest)).status).toBe(201)
    expect(await test.keys()).toEqual(expect.arrayContaining(EXPECTED))
  })

  it("writes nothing when the tag names the manifest already", async () => {
    await pushImage()
    await test.registry.tags.publish(name, tag, digest)
    const again = createTestRegistry({ publish: "held" }, test.driver)
    await again.registry.tags.resolve(name, tag)
    await test.driver.delete(revisionLink(name, digest))
    expect((await putManifest(again, "team/app", "v1", manifest)).status).toBe(201)
    expect(again.registry.tags.held(name, tag)).toBeUndefined()
    expect(await test.keys()).not.toContain(revisionLink(name, digest))
  })

  it("writes everything again when told to, in place of whatever is there", async () => {
    await pushImage()
    await test.registry.tags.publish(name, tag, digest)
    const keys = await test.keys()
    const contents = () => Promise.all(keys.map((key) => readWhole(test.driver, key, 4096)))
    const right = await contents()
    for (const key of keys) await test.driver.write(key, Buffer.from("damaged"))

    const again = createTestRegistry({ publish: "held", rewrite: true }, test.driver)
    const status = async (path: string, method = "HEAD"): Promise<number> =>
      (await again.app.request(`/v2/team/app/${path}`, { method })).status
    expect(await again.registry.tags.resolve(name, tag)).toBeUndefined()
    expect(await status("manifests/v1")).toBe(404)
    expect(await status(`blobs/${digestOf(layer)}`)).toBe(404)
    // A mount is declined: the client sends the blob.
    expect(await status(`blobs/uploads/?mount=${digestOf(layer)}&from=other`, "POST")).toBe(202)
    expect((await putManifest(again, "team/app", "v1", manifest)).status).toBe(404)

    await pushBlob(again, "team/app", config)
    await pushBlob(again, "team/app", layer)
    expect(await status(`blobs/${digestOf(layer)}`)).toBe(200)
    expect((await putManifest(again, "team/app", "v1", manifest)).status).toBe(201)
    await again.registry.tags.publish(name, tag, digest)
    expect(await contents()).toEqual(right)
  })

  it("sends a blob for several repositories once, also when everything is written again", async () => {
    test = createTestRegistry({ publish: "held", rewrite: true }, test.driver)
    await pushImage()
    const { status } = await test.app.request(
      `/v2/other/blobs/uploads/?mount=${digestOf(layer)}&from=${name}`,
      { method: "POST" },
    )
    expect(status).toBe(201)
  })

  it("moves no immutable tag, whatever else it writes again", async () => {
    await pushImage()
    await test.registry.tags.publish(name, tag, digestOf(layer))
    const again = createTestRegistry({ publish: "held", rewrite: true, immutableTags: true }, test.driver)
    await expect(again.registry.tags.publish(name, tag, digest)).rejects.toThrow(TagExistsError)
    expect(await again.registry.tags.resolve(name, tag)).toBe(digestOf(layer))
  })

  it("notices that a blob which was found has vanished since", async () => {
    await pushImage()
    const again = createTestRegistry({ publish: "held" }, test.driver)
    await again.app.request(`/v2/team/app/blobs/${digestOf(layer)}`, { method: "HEAD" })
    expect(await again.registry.blobs.recheck()).toEqual([])
    await test.driver.delete(blobData(digestOf(layer)))
    expect(await again.registry.blobs.recheck()).toEqual([digestOf(layer)])
  })

  it("takes an index after its children, and gives an index of nothing a layer link of its own", async () => {
    await pushImage()
    const index = imageIndex([manifest])
    expect((await putManifest(test, "team/app", "multi", index, OCI_IMAGE_INDEX)).status).toBe(201)
    const empty = imageIndex([])
    expect((await putManifest(test, "nothing", "v1", empty, OCI_IMAGE_INDEX)).status).toBe(201)
    expect(await test.keys()).toContain(layerLink(parseRepositoryName("nothing"), digestOf(empty)))
  })

  it("is forgotten by a delete: tags first, then the manifest", async () => {
    test = createTestRegistry()
    await pushImage()
    await putManifest(test, "team/app", "v2", manifest)
    const before = await test.keys()
    expect((await test.app.request("/v2/team/app/manifests/v2", { method: "DELETE" })).status).toBe(202)
    expect(await test.keys()).toEqual(before.filter((key) => !key.includes("/tags/v2/")))
    expect((await test.app.request(`/v2/team/app/manifests/${digest}`, { method: "DELETE" })).status).toBe(
      202,
    )
    expect(await test.keys()).toEqual(EXPECTED.filter((key) => key !== revisionLink(name, digest)))
    for (const reference of ["v1", "v2", "v3"]) {
      expect((await test.app.request(`/v2/team/app/manifests/${reference}`)).status).toBe(404)
    }
  })
})

describe("a store that others damaged", () => {
  const stored = async (): Promise<TestRegistry> => {
    const test = createTestRegistry()
    await pushBlob(test, "team/app", config)
    await pushBlob(test, "team/app", layer)
    await putManifest(test, "team/app", "v1", manifest)
    return createTestRegistry({}, test.driver)
  }

  it("breaks off a blob that does not hash to its digest, and says which", async () => {
    const test = await stored()
    await test.driver.write(blobData(digestOf(layer)), Buffer.from("layeR"))
    const { body } = await test.registry.blobs.read(name, digestOf(layer))
    await expect(collect(body)).rejects.toThrow(`the blob ${digestOf(layer)} is corrupt`)
  })

  it("fails when a link is denied, which is heard of before the blob's upload is cleaned up", async () => {
    const driver = createMemoryDriver()
    const denied = new StorageError("ACCESS_DENIED", "Writing is denied.", { driver: "memory" })
    const { registry } = createTestRegistry(undefined, {
      ...driver,
      write: () => Promise.reject(denied),
      createUpload: async (...args) =>
        Object.assign(await driver.createUpload(...args), { [Symbol.asyncDispose]: () => setImmediate() }),
    })
    await expect(registry.uploads.put(name, digestOf(layer), chunksOf(layer))).rejects.toBe(denied)
  })

  it("refuses a manifest that does not hash to its digest", async () => {
    const test = await stored()
    await test.driver.write(blobData(digest), imageManifest(config, []))
    const response = await test.app.request("/v2/team/app/manifests/v1")
    expect(response.status).toBe(500)
    expect(await response.text()).toContain(digest)
    expect(test.errors).toHaveLength(1)
  })

  it("reads a link that an interrupted append has doubled", async () => {
    const test = await stored()
    await test.driver.write(tagCurrent(name, tag), Buffer.from(digest + digest))
    expect((await test.app.request("/v2/team/app/manifests/v1")).headers.get("docker-content-digest")).toBe(
      digest,
    )
  })

  it.each(["", "hello", `${digest}\n`, `${digest}${digestOf(layer)}`])(
    "names a damaged link: %j",
    async (content) => {
      const test = await stored()
      await test.driver.write(tagCurrent(name, tag), Buffer.from(content))
      const response = await test.app.request("/v2/team/app/manifests/v1")
      expect(response.status).toBe(500)
      expect(await response.text()).toContain(tagCurrent(name, tag))
    },
  )

  it("does not know a tag whose manifest is gone", async () => {
    const test = await stored()
    await test.driver.delete(blobData(digest))
    expect((await test.app.request("/v2/team/app/manifests/v1")).status).toBe(404)
  })
})

describe("a registry with several users", () => {
  it("knows a blob only where its repository links it", async () => {
    const test = createTestRegistry({ scope: "repository" })
    await pushBlob(test, "team/app", layer)
    const head = (repository: string) =>
      test.app.request(`/v2/${repository}/blobs/${digestOf(layer)}`, { method: "HEAD" })
    expect((await head("team/app")).status).toBe(200)
    expect((await head("other")).status).toBe(404)
    const mount = (query: string) =>
      test.app.request(`/v2/other/blobs/uploads/?mount=${digestOf(layer)}${query}`, { method: "POST" })
    expect((await mount("&from=nobody")).status).toBe(202)
    expect((await mount("&from=team/app")).status).toBe(201)
    expect((await head("other")).status).toBe(200)
  })

  it("shows a manifest only where its repository links it", async () => {
    const test = createTestRegistry({ scope: "repository" })
    await pushBlob(test, "team/app", config)
    await pushBlob(test, "team/app", layer)
    await putManifest(test, "team/app", "v1", manifest)
    expect((await test.app.request(`/v2/team/app/manifests/${digest}`)).status).toBe(200)
    expect((await test.app.request(`/v2/other/manifests/${digest}`)).status).toBe(404)
  })
})
