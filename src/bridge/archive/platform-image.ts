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

/** @throws TransferError PLATFORM_ABSENT; RegistryError */
export async function findPlatformImage(
  registry: Registry,
  name: RepositoryName,
  digest: Digest,
  platform: Platform,
  signal?: AbortSignal,
): Promise<PlatformImage> {
  const { bytes, mediaType } = await registry.manifests.read(name, { digest }, signal)
  const manifest = parseManifest(bytes, mediaType)
  const own = { descriptor: { mediaType, digest, size: bytes.byteLength }, bytes }
  if (manifest.config) return { manifest: { ...manifest, config: manifest.config }, path: [own] }
  const child = manifest.manifests.find((each) => each.platform && serves(each.platform, platform))
  if (child) {
    const image = await findPlatformImage(registry, name, child.digest, platform, signal)
    return { ...image, path: [own, ...image.path] }
  }
  const there = manifest.manifests.flatMap((each) => (each.platform ? formatPlatform(each.platform) : []))
  throw new TransferError(
    "PLATFORM_ABSENT",
    `The image is not there for ${formatPlatform(platform)}; it is for ${there.join(", ") || "no platform at all"}.`,
  )
}

/** A variant that nobody asks for does not matter. */
function serves(offered: Platform, wanted: Platform): boolean {
  const { os, architecture, variant } = wanted
  const isSameVariant = variant === undefined || offered.variant === variant
  return offered.os === os && offered.architecture === architecture && isSameVariant
}
