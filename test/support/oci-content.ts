/**
 * Content for registries, in memory: every shape of manifest that a store may hold, small and the same each time.
 * @module
 */
import { gzipSync } from "node:zlib"
import type { Platform } from "../../src/oci/descriptor.ts"
import { type Digest, digestOf } from "../../src/oci/digest.ts"
import { OCI_IMAGE_INDEX, OCI_IMAGE_MANIFEST, OCTET_STREAM } from "../../src/oci/media-types.ts"
import { LINUX_AMD64 } from "./random-image.ts"
import { imageManifest } from "./registry.ts"
import { TAR_END, tarArchive, tarFile } from "./tar.ts"

export interface Manifest {
  readonly mediaType: string
  readonly digest: Digest
  readonly bytes: Buffer
}

export interface Content {
  readonly blobs: ReadonlyMap<Digest, Buffer>
  /** What an index names: to be pushed before it, by digest. */
  readonly children: readonly Manifest[]
  /** What is tagged. */
  readonly root: Manifest
}

/** A layer of one file that holds `text`. */
export function layerOf(text: string): Buffer {
  return tarArchive([tarFile({ name: "content.txt" }, `${text}\n`)])
}

/** Docker's empty layer: an archive of nothing. */
export const EMPTY_LAYER = TAR_END

/** An image that is one in every respect. `layers` are uncompressed archives. */
export function image(layers: readonly Buffer[], platform: Platform = LINUX_AMD64): Content {
  const compressed = layers.map((layer) => gzipSync(layer))
  const config = Buffer.from(
    JSON.stringify({
      ...platform,
      config: { Cmd: ["none"] },
      rootfs: { type: "layers", diff_ids: layers.map((layer) => digestOf(layer)) },
    }),
  )
  return {
    blobs: byDigest([config, ...compressed]),
    children: [],
    root: manifest(OCI_IMAGE_MANIFEST, imageManifest(config, compressed)),
  }
}

/** An index of two images that share a layer. */
export function multiPlatform(text: string): Content {
  const platforms = [LINUX_AMD64, { os: "linux", architecture: "arm64" }]
  const images = platforms.map((platform) =>
    image([layerOf(text), layerOf(`${text} on ${platform.architecture}`)], platform),
  )
  const children = images.map(({ root }) => root)
  const manifests = children.map((child, index) => ({ ...describe(child), platform: platforms[index] }))
  return {
    blobs: new Map(images.flatMap(({ blobs }) => [...blobs])),
    children,
    root: indexOf(manifests),
  }
}

/** An index that names nothing: as a list of referrers is when the last is gone. */
export function emptyIndex(): Content {
  return { blobs: new Map(), children: [], root: indexOf([]) }
}

export interface ArtifactOptions {
  readonly subject?: Manifest
  /** Name the file by sha512. */
  readonly sha512?: boolean
}

/** An artifact of one file, as `oras` and `regctl` make them. */
export function artifact(file: Buffer, { subject, sha512 = false }: ArtifactOptions = {}): Content {
  const config = Buffer.from("{}")
  const digest = digestOf(file, sha512 ? "sha512" : "sha256")
  const json = {
    schemaVersion: 2,
    mediaType: OCI_IMAGE_MANIFEST,
    artifactType: "application/vnd.example.report",
    config: { mediaType: "application/vnd.oci.empty.v1+json", digest: digestOf(config), size: config.length },
    layers: [{ mediaType: OCTET_STREAM, digest, size: file.length }],
    ...(subject && { subject: describe(subject) }),
  }
  return {
    blobs: new Map([...byDigest([config]), [digest, file]]),
    children: [],
    root: manifest(OCI_IMAGE_MANIFEST, Buffer.from(JSON.stringify(json))),
  }
}

/** Everything that the content is made of, manifests included. */
export function digestsOf({ blobs, children, root }: Content): readonly Digest[] {
  return [...blobs.keys(), ...children.map(({ digest }) => digest), root.digest]
}

function indexOf(manifests: readonly object[]): Manifest {
  const json = { schemaVersion: 2, mediaType: OCI_IMAGE_INDEX, manifests }
  return manifest(OCI_IMAGE_INDEX, Buffer.from(JSON.stringify(json)))
}

function manifest(mediaType: string, bytes: Buffer): Manifest {
  return { mediaType, digest: digestOf(bytes), bytes }
}

function describe({ mediaType, digest, bytes }: Manifest): object {
  return { mediaType, digest, size: bytes.length }
}

function byDigest(blobs: readonly Buffer[]): ReadonlyMap<Digest, Buffer> {
  return new Map(blobs.map((bytes) => [digestOf(bytes), bytes]))
}
