/**
 * The one image of a reference that a daemon is to get: of an index, that of its platform.
 * @module
 */
import { type Descriptor, formatPlatform, type Platform } from "../../oci/descriptor.ts"
import type { Digest } from "../../oci/digest.ts"
import { type Manifest, parseManifest } from "../../oci/manifest.ts"
import type { RepositoryName } from "../../oci/reference.ts"
import type { Registry } from "../../registry/registry.ts"
import { TransferError } from "../errors.ts"

export interface PlatformImage {
  readonly manifest: Manifest & { readonly config: Descriptor }
  /** What the reference names, what that names, and so on down to the manifest. */
  readonly path: readonly [ManifestBytes, ...ManifestBytes[]]
}

export interface ManifestBytes {
  readonly descriptor: Descriptor
  readonly bytes: Uint8Array
}

/** Reads a manifest by its digest. */
export type ReadManifest = (
  digest: Digest,
) => Promise<{ readonly bytes: Uint8Array; readonly mediaType: string }>

/** The manifests of a repository. */
export function manifestsOf(
  { manifests }: Registry,
  name: RepositoryName,
  signal?: AbortSignal,
): ReadManifest {
  return (digest) => manifests.read(name, { digest }, signal)
}

/** @throws TransferError PLATFORM_ABSENT; whatever `read` throws */
export async function findPlatformImage(
  read: ReadManifest,
  digest: Digest,
  platform: Platform,
): Promise<PlatformImage> {
  const { bytes, mediaType } = await read(digest)
  const manifest = parseManifest(bytes, mediaType)
  const own = { descriptor: { mediaType, digest, size: bytes.byteLength }, bytes }
  if (manifest.config) return { manifest: { ...manifest, config: manifest.config }, path: [own] }
  const child = manifest.manifests.find((each) => each.platform && serves(each.platform, platform))
  if (child) {
    const image = await findPlatformImage(read, child.digest, platform)
    return { ...image, path: [own, ...image.path] }
  }
  const there = manifest.manifests.flatMap((each) => (each.platform ? formatPlatform(each.platform) : []))
  throw new TransferError(
    "PLATFORM_ABSENT",
    `The image is not there for ${formatPlatform(platform)}; it is for ${there.join(", ") || "no platform at all"}.`,
  )
}

/** A variant that nobody asks for does not matter. */
export function serves(offered: Platform, wanted: Platform): boolean {
  const { os, architecture, variant } = wanted
  const isSameVariant = variant === undefined || offered.variant === variant
  return offered.os === os && offered.architecture === architecture && isSameVariant
}
