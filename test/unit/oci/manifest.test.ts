import { describe, expect, it } from "vitest"
import { digestOf } from "../../../src/oci/digest.ts"
import { parseManifest, requiredBlobs } from "../../../src/oci/manifest.ts"
import { MANIFEST_TYPES, OCI_IMAGE_INDEX, OCI_IMAGE_MANIFEST } from "../../../src/oci/media-types.ts"

const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
const blob = (text: string, mediaType = "application/octet-stream"): object => ({
  mediaType,
  digest: digestOf(Buffer.from(text)),
  size: text.length,
})
const bytes = (json: object): Buffer => Buffer.from(JSON.stringify({ schemaVersion: 2, ...json }))
const image = { config: blob("config"), layers: [blob("a"), blob("b"), blob("a")] }

describe("a manifest", () => {
  it.each(Object.entries(MANIFEST_TYPES))("may be %s", (mediaType, kind) => {
    const body = kind === "image" ? image : { manifests: [blob("child")] }
    expect(parseManifest(bytes({ mediaType, ...body }), mediaType)).toMatchObject({ mediaType, kind })
  })

  it("is OCI's when it does not say what it is", () => {
    expect(parseManifest(bytes(image)).mediaType).toBe(OCI_IMAGE_MANIFEST)
    expect(parseManifest(bytes({ manifests: [] })).mediaType).toBe(OCI_IMAGE_INDEX)
  })

  it("must say so when it is Docker's", () => {
    expect(() => parseManifest(bytes(image), DOCKER_MANIFEST)).toThrow(
      `it must say "mediaType": "${DOCKER_MANIFEST}"`,
    )
  })

  it("may have fields that nobody knows, a subject, and no layers", () => {
    const parsed = parseManifest(
      bytes({ config: blob("config"), layers: [], subject: blob("subject"), x: 1 }),
    )
    expect(parsed).toMatchObject({ layers: [], subject: blob("subject") })
  })

  it("needs its config and its layers, each once, but not those that live elsewhere", () => {
    const foreign = [
      blob("windows", "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"),
      blob("licensed", "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"),
    ]
    const parsed = parseManifest(bytes({ ...image, layers: [...image.layers, ...foreign] }))
    expect(requiredBlobs(parsed).map(({ digest }) => digest)).toEqual(
      ["config", "a", "b"].map((text) => digestOf(Buffer.from(text))),
    )
  })

  it.each([
    { what: "is not JSON", body: Buffer.from("{") },
    { what: "is not UTF-8", body: Buffer.from([0x22, 0xff, 0x22]) },
    { what: "is a list", body: Buffer.from("[]") },
    { what: "is null", body: Buffer.from("null") },
    { what: "is of schema 1", body: Buffer.from('{"schemaVersion":1}') },
    { what: "has a type that no registry reads", body: bytes({ mediaType: "text/plain", ...image }) },
    { what: "has a type that is no string", body: bytes({ mediaType: 1, ...image }) },
    {
      what: "is image and index at once",
      body: bytes({ mediaType: OCI_IMAGE_INDEX, manifests: [], ...image }),
    },
    { what: "has no config", body: bytes({ layers: [] }) },
    { what: "has layers that are no list", body: bytes({ ...image, layers: {} }) },
    { what: "has a layer without a digest", body: bytes({ ...image, layers: [{ size: 1 }] }) },
    { what: "has a layer of negative size", body: bytes({ ...image, layers: [{ ...blob("a"), size: -1 }] }) },
    { what: "has a layer of half a byte", body: bytes({ ...image, layers: [{ ...blob("a"), size: 0.5 }] }) },
    { what: "has a subject that is none", body: bytes({ ...image, subject: "x" }) },
  ])("is refused when it $what", ({ body }) => {
    expect(() => parseManifest(body)).toThrow("manifest invalid: ")
  })

  it("is refused when it was sent as something else", () => {
    const body = bytes({ mediaType: OCI_IMAGE_MANIFEST, ...image })
    expect(() => parseManifest(body, OCI_IMAGE_INDEX)).toThrow("but it was sent as")
    expect(parseManifest(body, `${OCI_IMAGE_MANIFEST}; charset=utf-8`).mediaType).toBe(OCI_IMAGE_MANIFEST)
  })
})
