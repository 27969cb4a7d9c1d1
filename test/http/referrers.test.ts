import { beforeEach, describe, expect, it } from "vitest"
import { type Digest, digestOf, hexOf } from "../../src/oci/digest.ts"
import { OCI_IMAGE_INDEX, OCI_IMAGE_MANIFEST } from "../../src/oci/media-types.ts"
import { parseRepositoryName } from "../../src/oci/reference.ts"
import { blobData, revisionLink } from "../../src/registry/layout.ts"
import { artifact, image, layerOf, type Manifest } from "../support/oci-content.ts"
import { createTestRegistry, pushBlob, putManifest, type TestRegistry } from "../support/registry.ts"

interface Descriptor {
  readonly digest: string
  readonly mediaType: string
  readonly size: number
  readonly artifactType?: string
  readonly annotations?: Record<string, string>
}

const name = parseRepositoryName("app")
const config = Buffer.from("{}")
const subject = image([layerOf("a subject")]).root
const FALLBACK = `sha256-${hexOf(subject.digest)}`

let test: TestRegistry

const describeManifest = ({ mediaType, digest, bytes }: Manifest): object => ({
  mediaType,
  digest,
  size: bytes.length,
})

/** A manifest of any shape, with what every shape must have. */
function refer(fields: object, to: Manifest = subject): Manifest {
  const json = {
    schemaVersion: 2,
    mediaType: OCI_IMAGE_MANIFEST,
    config: { mediaType: "application/vnd.example.config", digest: digestOf(config), size: config.length },
    layers: [],
    subject: describeManifest(to),
    ...fields,
  }
  const bytes = Buffer.from(JSON.stringify(json))
  return { mediaType: json.mediaType, digest: digestOf(bytes), bytes }
}

const indexFields = { mediaType: OCI_IMAGE_INDEX, config: undefined, layers: undefined, manifests: [] }

async function put(manifest: Manifest, reference: string = manifest.digest): Promise<Response> {
  const response = await putManifest(test, name, reference, manifest.bytes, manifest.mediaType)
  expect(response.status).toBe(201)
  return response
}

const remove = async (reference: string): Promise<number> =>
  (await test.app.request(`/v2/${name}/manifests/${reference}`, { method: "DELETE" })).status

async function page(path: string): Promise<{ manifests: readonly Descriptor[]; link: string | null }> {
  const response = await test.app.request(path)
  expect(response.status).toBe(200)
  const { manifests } = (await response.json()) as { manifests: readonly Descriptor[] }
  return { manifests, link: response.headers.get("link") }
}

const list = async (of: Digest = subject.digest, query = ""): Promise<readonly Descriptor[]> =>
  (await page(`/v2/${name}/referrers/${of}${query}`)).manifests

/** What a client finds that knows no API for it. */
async function fallback(): Promise<readonly string[]> {
  const response = await test.app.request(`/v2/${name}/manifests/${FALLBACK}`)
  const { manifests } = (await response.json()) as { manifests: readonly Descriptor[] }
  return manifests.map(({ digest }) => digest)
}

beforeEach(async () => {
  test = createTestRegistry({ scope: "repository" })
  await pushBlob(test, name, config)
})

describe("a list of referrers", () => {
  it("tells of an image its type, its size and its annotations, and says so on PUT", async () => {
    const signature = refer({ artifactType: "application/x.signature", annotations: { by: "me" } })
    expect((await put(signature)).headers.get("oci-subject")).toBe(subject.digest)
    expect(await list()).toEqual([
      {
        mediaType: OCI_IMAGE_MANIFEST,
        digest: signature.digest,
        size: signature.bytes.length,
        artifactType: "application/x.signature",
        annotations: { by: "me" },
      },
    ])
  })

  it("takes the type of an image without one from its config", async () => {
    await put(refer({}))
    expect(await list()).toMatchObject([{ artifactType: "application/vnd.example.config" }])
  })

  it("tells no type of an index without one", async () => {
    await put(refer(indexFields))
    const [descriptor] = await list()
    expect(descriptor).toMatchObject({ mediaType: OCI_IMAGE_INDEX })
    expect(descriptor).not.toHaveProperty("artifactType")
  })

  it("tells the type of an index with one", async () => {
    const response = await put(refer({ ...indexFields, artifactType: "application/x.bundle" }))
    expect(response.headers.get("oci-subject")).toBe(subject.digest)
    expect(await list()).toMatchObject([{ artifactType: "application/x.bundle" }])
  })

  it("does not wait for the subject, which may come later", async () => {
    const signature = refer({})
    await put(signature)
    const app = image([layerOf("a subject")])
    for (const bytes of app.blobs.values()) await pushBlob(test, name, bytes)
    expect((await put(app.root, "v1")).headers.get("oci-subject")).toBeNull()
    expect(await list()).toHaveLength(1)
  })

  it("is filtered by type", async () => {
    await put(refer({ artifactType: "application/x.a" }))
    await put(refer({ artifactType: "application/x.b" }))
    expect(await list()).toHaveLength(2)
    expect(await list(subject.digest, "?artifactType=application/x.b")).toMatchObject([
      { artifactType: "application/x.b" },
    ])
    expect(await list(subject.digest, "?artifactType=application/x.c")).toEqual([])
  })

  it("comes in pages, by the filter too", async () => {
    const types = Array.from({ length: 230 }, (_, index) => `application/x.${index % 2}`)
    const all = types.map((artifactType, index) =>
      refer({ artifactType, annotations: { index: `${index}` } }),
    )
    for (const manifest of all) await put(manifest)
    const read = async (query: string): Promise<[string[], number]> => {
      const found: string[] = []
      let pages = 0
      for (let path: string | undefined = `/v2/${name}/referrers/${subject.digest}${query}`; path;) {
        const { manifests, link } = await page(path)
        found.push(...manifests.map(({ digest }) => digest))
        pages += 1
        path = link?.match(/^<(.+)>; rel="next"$/)?.[1]
      }
      return [found, pages]
    }
    expect(await read("")).toEqual([all.map(({ digest }) => digest).toSorted(), 3])
    const odd = all.filter((_, index) => index % 2 === 1).map(({ digest }) => digest)
    expect(await read("?artifactType=application/x.1")).toEqual([odd.toSorted(), 3])
  })

  it("comes in pages that are no larger than a manifest, however large the annotations", async () => {
    const all = Array.from({ length: 30 }, (_, index) =>
      refer({ annotations: { fill: `${index}`.padEnd(500_000, ".") } }),
    )
    for (const manifest of all) await put(manifest)
    const first = await page(`/v2/${name}/referrers/${subject.digest}`)
    expect(first.manifests.length).toBeLessThan(30)
    expect(first.link).not.toBeNull()
    expect(await fallback()).toHaveLength(30)
  })

  it("names a manifest once, however often it is put", async () => {
    const signature = refer({})
    await put(signature)
    await put(signature, "signed")
    expect(await fallback()).toEqual([signature.digest])
  })

  it("is shorter by what is deleted, and ends empty", async () => {
    const [first, second] = [refer({ artifactType: "a/1" }), refer({ artifactType: "a/2" })]
    await put(first)
    await put(second)
    expect(await remove(first.digest)).toBe(202)
    expect(await list()).toMatchObject([{ digest: second.digest }])
    expect(await fallback()).toEqual([second.digest])
    expect(await remove(second.digest)).toBe(202)
    expect(await list()).toEqual([])
    expect(await fallback()).toEqual([])
  })

  it("outlives its subject", async () => {
    await put(refer({}))
    expect(await remove(subject.digest)).toBe(404)
    expect(await list()).toHaveLength(1)
  })

  it("tells subjects apart whose tag is the same", async () => {
    const long = { ...subject, digest: digestOf(subject.bytes, "sha512") }
    const signature = refer({}, long)
    await put(signature)
    expect(await list(long.digest)).toMatchObject([{ digest: signature.digest }])
    const twin = `${long.digest.slice(0, 7 + 64)}${"0".repeat(64)}` as Digest
    expect(await list(twin)).toEqual([])
  })

  it("leaves one list behind, and no history of those before it", async () => {
    for (const artifactType of ["a/1", "a/2", "a/3"]) await put(refer({ artifactType }))
    const keys = await test.keys()
    expect(keys.filter((key) => key.includes("/_manifests/revisions/"))).toHaveLength(4)
    expect(keys.filter((key) => key.includes(`/tags/${FALLBACK}/index/`))).toHaveLength(1)
  })
})

describe("a list of referrers that others have written", () => {
  const indexOf = (...manifests: readonly object[]): Manifest => {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_IMAGE_INDEX, manifests }))
    return { mediaType: OCI_IMAGE_INDEX, digest: digestOf(bytes), bytes }
  }
  const plain = image([]).root

  /** By a registry that leaves the list to its clients. */
  async function byClients(...manifests: readonly Manifest[]): Promise<void> {
    const stock = createTestRegistry({}, test.driver)
    for (const { digest, bytes, mediaType } of manifests) {
      expect((await putManifest(stock, name, digest, bytes, mediaType)).status).toBe(201)
    }
  }

  it("is served, with what the manifests say of themselves", async () => {
    const signature = refer({ artifactType: "a/1", annotations: { by: "me" } })
    await byClients(signature)
    await put(indexOf(describeManifest(signature)), FALLBACK)
    expect(await list()).toMatchObject([
      { digest: signature.digest, artifactType: "a/1", annotations: { by: "me" } },
    ])
  })

  it("is added to, and keeps what is in it", async () => {
    const [first, second] = [refer({ artifactType: "a/1" }), refer({ artifactType: "a/2" })]
    await byClients(first)
    await put(indexOf({ ...describeManifest(first), "x-unknown": 1 }), FALLBACK)
    await put(second)
    expect(await fallback()).toEqual([first.digest, second.digest])
    const kept = await test.app.request(`/v2/${name}/manifests/${FALLBACK}`)
    expect(await kept.json()).toMatchObject({ manifests: [{ "x-unknown": 1 }, {}] })
  })

  it("is not believed: what is gone or damaged, or names another subject or none, is left out", async () => {
    const [there, gone] = [refer({ artifactType: "a/1" }), refer({ artifactType: "a/2" })]
    const damaged = refer({ artifactType: "a/3" })
    const other = refer({}, plain)
    for (const bytes of image([]).blobs.values()) await pushBlob(test, name, bytes)
    const all = [there, gone, damaged, other, plain]
    await byClients(...all)
    await put(indexOf(...all.map(describeManifest)), FALLBACK)
    await test.driver.delete(revisionLink(name, gone.digest))
    await test.driver.write(blobData(damaged.digest), Buffer.from("damaged"))
    expect(await list()).toMatchObject([{ digest: there.digest }])
    expect(await remove(damaged.digest)).toBe(202)
  })

  it("is not overwritten where the tag is no list", async () => {
    for (const bytes of image([]).blobs.values()) await pushBlob(test, name, bytes)
    await put(plain, FALLBACK)
    const { digest, bytes } = refer({})
    const refused = await putManifest(test, name, digest, bytes)
    expect(refused.status).toBe(409)
    expect(await refused.text()).toContain(`${name}:${FALLBACK}`)
    expect(await list()).toEqual([])
  })
})

describe("a registry of one push", () => {
  it("has no such list, and says so, that clients keep it", async () => {
    const alone = createTestRegistry({ scope: "store" })
    const { blobs, root } = artifact(Buffer.from("report"), { subject })
    for (const bytes of blobs.values()) await pushBlob(alone, name, bytes)
    const response = await putManifest(alone, name, root.digest, root.bytes)
    expect([response.status, response.headers.get("oci-subject")]).toEqual([201, null])
    expect((await alone.app.request(`/v2/${name}/referrers/${subject.digest}`)).status).toBe(404)
    expect((await alone.keys()).filter((key) => key.includes("/tags/"))).toEqual([])
  })
})
