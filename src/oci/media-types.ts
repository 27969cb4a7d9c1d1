/**
 * The media types that decide how a manifest is read.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/media-types.md
 * @module
 */

/** The four manifest types that the bucket may hold (a stock registry reads no other), and what each is. */
export const MANIFEST_TYPES = {
  "application/vnd.docker.distribution.manifest.v2+json": "image",
  "application/vnd.docker.distribution.manifest.list.v2+json": "index",
  "application/vnd.oci.image.manifest.v1+json": "image",
  "application/vnd.oci.image.index.v1+json": "index",
} as const satisfies Record<string, "image" | "index">

export type ManifestMediaType = keyof typeof MANIFEST_TYPES

export const OCI_IMAGE_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
export const OCI_IMAGE_INDEX = "application/vnd.oci.image.index.v1+json"

export const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"

export const OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
export const DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"

/** Of uncompressed layers; how one is compressed is said behind it. */
export const OCI_LAYER = "application/vnd.oci.image.layer.v1.tar"
export const DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"

/** Blobs and everything else without a type of their own. */
export const OCTET_STREAM = "application/octet-stream"

export function isManifestMediaType(text: string): text is ManifestMediaType {
  return Object.hasOwn(MANIFEST_TYPES, text)
}

/** Docker's foreign and OCI's non-distributable layers: named by URL, never pushed. */
export function isNonDistributable(mediaType: string): boolean {
  return (
    mediaType.startsWith("application/vnd.docker.image.rootfs.foreign.") ||
    mediaType.startsWith("application/vnd.oci.image.layer.nondistributable.")
  )
}

/** `type/subtype` of a Content-Type header: in lower case, without parameters. */
export function essence(contentType: string): string {
  return (contentType.split(";", 1)[0] ?? "").trim().toLowerCase()
}
