/**
 * Manifests and indexes out of an archive, into the registry: byte for byte where every layer was stored as it was, and otherwise
 * with the descriptors of what was stored in its place.
 * @module
 */
import { entryOf } from "../../archive/image-archive.ts"
import { type Descriptor, isRecord } from "../../oci/descriptor.ts"
import type { Digest } from "../../oci/digest.ts"
import { type Manifest, parseManifest } from "../../oci/manifest.ts"
import { OCI_IMAGE_INDEX } from "../../oci/media-types.ts"
import { indexOf } from "../partial-index.ts"
import { type Contents, damaged, packedType, put, putDocument, type Stored } from "./contents.ts"
import { putDockerImage } from "./docker-image.ts"

/** Puts the archive's image, without a tag. */
export async function putImage(contents: Contents): Promise<Digest> {
  const { archive } = contents
  const [root, ...others] = new Map(archive.roots.map((each) => [each.digest, each])).values()
  if (others.length > 0) throw damaged("it holds several images")
  if (root) {
    const stored = await putManifest(contents, root)
    if (stored) return stored.digest
    throw damaged(`${root.digest} is missing`)
  }
  if (archive.image) return putDockerImage(contents, archive.image)
  throw damaged("there is no image in it")
}

/** Undefined if the archive names it but does not hold it. */
async function putManifest(contents: Contents, descriptor: Descriptor): Promise<Stored | undefined> {
  const bytes = contents.archive.document(entryOf(descriptor.digest))
  if (!bytes) return undefined
  const manifest = parseManifest(bytes, descriptor.mediaType || undefined)
  if (manifest.kind === "index") return putIndexOf(contents, manifest, bytes)
  if (manifest.config) await putDocument(contents, manifest.config)
  const layers = await Promise.all(manifest.layers.map((layer) => storedLayer(contents, layer)))
  return put(contents, rewritten(bytes, "layers", layers), manifest.mediaType)
}

/** An engine may hold a part of what its index names: then that part is the image, as when it pushes by itself. */
async function putIndexOf(
  contents: Contents,
  { mediaType, manifests }: Manifest,
  bytes: Uint8Array,
): Promise<Stored> {
  const children = await Promise.all(manifests.map((child) => putManifest(contents, child)))
  if (children.every((child) => child !== undefined)) {
    return put(contents, rewritten(bytes, "manifests", children), mediaType)
  }
  const held = children.flatMap((child, index) => {
    const platform = manifests[index]?.platform
    return child && platform && platform.os !== "unknown" ? [{ ...child, platform }] : []
  })
  const [only, second] = held
  if (!only) throw damaged("it holds no platform of the image")
  return second ? put(contents, indexOf(held), OCI_IMAGE_INDEX) : only
}

/**
 * The manifest with what was stored instead of what it names; the same bytes if that is the same.
 * @param stored in the order of the descriptors in `field`
 */
function rewritten(
  bytes: Uint8Array,
  field: "manifests" | "layers",
  stored: readonly (Stored | undefined)[],
): Uint8Array {
  const json = JSON.parse(Buffer.from(bytes).toString()) as Record<string, unknown>
  const old = json[field]
  if (!Array.isArray(old)) return bytes
  const renamed = new Map<unknown, Digest>()
  const replaced = old.flatMap((descriptor: unknown, index) => {
    const now = stored[index]
    if (!isRecord(descriptor) || !now) return []
    renamed.set(descriptor["digest"], now.digest)
    return [{ ...descriptor, ...now }]
  })
  const isSame = replaced.length === old.length && [...renamed].every(([before, now]) => before === now)
  if (isSame) return bytes
  return Buffer.from(JSON.stringify({ ...json, [field]: replaced.map((each) => pointing(each, renamed)) }))
}

/** BuildKit's attestations name the manifest that they are about in an annotation. */
function pointing(descriptor: Record<string, unknown>, renamed: ReadonlyMap<unknown, Digest>) {
  const { annotations } = descriptor
  const subject = isRecord(annotations) && annotations[SUBJECT_ANNOTATION]
  const now = renamed.get(subject)
  return now
    ? { ...descriptor, annotations: { ...(annotations as object), [SUBJECT_ANNOTATION]: now } }
    : descriptor
}

const SUBJECT_ANNOTATION = "vnd.docker.reference.digest"

async function storedLayer(contents: Contents, layer: Descriptor): Promise<Stored> {
  const stored = contents.layers.get(entryOf(layer.digest))
  if (!stored) return putDocument(contents, layer)
  const { digest, size } = stored
  const mediaType = digest === layer.digest ? layer.mediaType : packedType(layer.mediaType, stored)
  return { mediaType, digest, size }
}
