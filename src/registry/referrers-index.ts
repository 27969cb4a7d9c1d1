/**
 * The list of a subject's referrers as the store keeps it: an OCI index under a tag made of the subject's digest, where clients
 * look for it at a registry that has no API for it.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#referrers-tag-schema
 * @module
 */
import { readDescriptor } from "../oci/descriptor.ts"
import { algorithmOf, type Digest, hexOf } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import { type Manifest, MANIFEST_LIMIT } from "../oci/manifest.ts"
import { OCI_IMAGE_INDEX } from "../oci/media-types.ts"
import { parseTag, type Tag } from "../oci/reference.ts"
import type { StoredManifest } from "./manifest-cache.ts"

/** A descriptor as it lies in the list, with whatever else its writer has put into it. */
export type Entry = Readonly<Record<string, unknown>> & { readonly digest: Digest }

/** Characters of the hash that the tag has room for. */
const HEX_LIMIT = 64

export function referrersTag(subject: Digest): Tag {
  return parseTag(`${algorithmOf(subject)}-${hexOf(subject).slice(0, HEX_LIMIT)}`)
}

/** The descriptor of a manifest that refers to something, its fields in the order in which clients write them. */
export function describeReferrer({ digest, bytes }: StoredManifest, manifest: Manifest): Entry {
  const { mediaType, artifactType, annotations } = manifest
  return {
    mediaType,
    digest,
    size: bytes.length,
    ...(annotations && { annotations }),
    ...(artifactType !== undefined && { artifactType }),
  }
}

/** Undefined if the manifest is no index. What in it is no descriptor is left out. */
export function readIndex({ mediaType, bytes }: StoredManifest): readonly Entry[] | undefined {
  if (mediaType !== OCI_IMAGE_INDEX) return undefined
  const { manifests } = parse(bytes)
  return Array.isArray(manifests) ? manifests.filter(isEntry) : []
}

/** @throws RegistryError MANIFEST_INVALID with status 413 when not even what is needed of the descriptors fits into a manifest */
export function writeIndex(entries: readonly Entry[]): Buffer {
  const whole = serialize(entries)
  if (whole.length <= MANIFEST_LIMIT) return whole
  // What is left out here is in the manifests themselves, which the API's answer is made of.
  const bare = serialize(entries.map((entry) => ({ ...entry, annotations: undefined })))
  if (bare.length <= MANIFEST_LIMIT) return bare
  throw new RegistryError("MANIFEST_INVALID", {
    status: 413,
    message: `the list of what refers to this subject would be larger than a manifest may be: it has ${entries.length} entries`,
  })
}

function serialize(manifests: readonly Entry[]): Buffer {
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_IMAGE_INDEX, manifests }))
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  return JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>
}

function isEntry(value: unknown): value is Entry {
  return readDescriptor(value) !== undefined
}
