/**
 * An image for several platforms, with an attestation, as BuildKit makes them. Only the containerd store can hold it.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
 * @see https://docs.docker.com/build/metadata/attestations/attestation-storage/
 * @module
 */
import { Readable } from "node:stream"
import { gzipSync } from "node:zlib"
import { type Descriptor, formatPlatform, type Platform } from "../../src/oci/descriptor.ts"
import { type Digest, digestOf, hexOf } from "../../src/oci/digest.ts"
import { OCI_IMAGE_INDEX, OCI_IMAGE_MANIFEST } from "../../src/oci/media-types.ts"
import { loadImage, uniqueName } from "./docker.ts"
import { tarArchive, tarFile } from "./tar.ts"

const PLATFORMS: readonly Platform[] = [
  { os: "linux", architecture: "amd64" },
  { os: "linux", architecture: "arm64" },
  { os: "linux", architecture: "arm", variant: "v7" },
]
const NO_PLATFORM: Platform = { os: "unknown", architecture: "unknown" }

export interface MultiPlatformOptions {
  /** `repository:tag`; unique when left out. */
  readonly name?: string
  /** Platforms, such as `linux/arm64`, that the index names but the engine does not get. */
  readonly missing?: readonly string[]
}

export interface MultiPlatformImage {
  readonly name: string
  /** Digest of the index. */
  readonly index: Digest
  /** By platform: `linux/amd64`, `linux/arm64`, `linux/arm/v7`. */
  readonly manifests: ReadonlyMap<string, Digest>
  /** Digest of the manifest of the first platform's attestation. */
  readonly attestation: Digest
}

/** Loads an index of three platforms, one layer each and different every time, and an attestation of the first. */
export async function multiPlatformImage(options: MultiPlatformOptions = {}): Promise<MultiPlatformImage> {
  const { name = `${uniqueName("multi")}:latest`, missing = [] } = options
  const layout = new Map<Digest, Buffer>()
  const add = (mediaType: string, content: Buffer | object): Descriptor => {
    const bytes = Buffer.isBuffer(content) ? content : Buffer.from(JSON.stringify(content))
    const digest = digestOf(bytes)
    layout.set(digest, bytes)
    return { mediaType, digest, size: bytes.length }
  }

  const images = PLATFORMS.map((platform) => {
    const before = new Set(layout.keys())
    const image = { ...addImage(add, platform, name), platform }
    if (missing.includes(formatPlatform(platform))) forget(layout, before)
    return image
  })
  const [first] = images
  if (!first) throw new Error("no platforms")
  const attestation = addAttestation(add, first.digest)
  const index = add(OCI_IMAGE_INDEX, {
    schemaVersion: 2,
    mediaType: OCI_IMAGE_INDEX,
    manifests: [...images, attestation],
  })
  await loadImage(Readable.from([ociArchive(layout, { ...index, annotations: namesOf(name) })]))
  return {
    name,
    index: index.digest,
    manifests: new Map(images.map(({ platform, digest }) => [formatPlatform(platform), digest])),
    attestation: attestation.digest,
  }
}

type Add = (mediaType: string, content: Buffer | object) => Descriptor

function addImage(add: Add, platform: Platform, name: string): Descriptor {
  const layer = tarArchive([tarFile({ name: "platform.txt" }, `${formatPlatform(platform)} of ${name}\n`)])
  const config = add("application/vnd.oci.image.config.v1+json", {
    ...platform,
    config: { Cmd: ["none"] },
    rootfs: { type: "layers", diff_ids: [digestOf(layer)] },
  })
  const layers = [add("application/vnd.oci.image.layer.v1.tar+gzip", gzipSync(layer))]
  return add(OCI_IMAGE_MANIFEST, { schemaVersion: 2, mediaType: OCI_IMAGE_MANIFEST, config, layers })
}

function addAttestation(add: Add, subject: Digest): Descriptor {
  const statement = {
    _type: "https://in-toto.io/Statement/v0.1",
    predicateType: "https://slsa.dev/provenance/v0.2",
  }
  const layer = add("application/vnd.in-toto+json", { ...statement, subject: [], predicate: { subject } })
  const config = add("application/vnd.oci.image.config.v1+json", {
    ...NO_PLATFORM,
    config: {},
    rootfs: { type: "layers", diff_ids: [layer.digest] },
  })
  return {
    ...add(OCI_IMAGE_MANIFEST, { schemaVersion: 2, mediaType: OCI_IMAGE_MANIFEST, config, layers: [layer] }),
    platform: NO_PLATFORM,
    annotations: {
      "vnd.docker.reference.type": "attestation-manifest",
      "vnd.docker.reference.digest": subject,
    },
  }
}

function forget(layout: Map<Digest, Buffer>, keep: ReadonlySet<Digest>): void {
  for (const digest of layout.keys()) if (!keep.has(digest)) layout.delete(digest)
}

/** How containerd learns the name of an image in a layout: in full, with the registry. */
function namesOf(name: string): Record<string, string> {
  return {
    "io.containerd.image.name": `docker.io/${name}`,
    "org.opencontainers.image.ref.name": name.slice(name.lastIndexOf(":") + 1),
  }
}

function ociArchive(layout: ReadonlyMap<Digest, Buffer>, root: Descriptor): Buffer {
  return tarArchive([
    tarFile({ name: "oci-layout" }, JSON.stringify({ imageLayoutVersion: "1.0.0" })),
    tarFile(
      { name: "index.json" },
      JSON.stringify({ schemaVersion: 2, mediaType: OCI_IMAGE_INDEX, manifests: [root] }),
    ),
    ...[...layout].map(([digest, bytes]) => tarFile({ name: `blobs/sha256/${hexOf(digest)}` }, bytes)),
  ])
}
