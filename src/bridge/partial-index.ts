/**
 * An index of which the daemon holds several platforms, but not all. It would push one of them in the index's place, or none; so
 * each is pushed on its own and an index of just these is made of them.
 * @module
 */
import type { LocalManifest } from "../docker/images.ts"
import type { Descriptor, Platform } from "../oci/descriptor.ts"
import type { Digest } from "../oci/digest.ts"
import { OCI_IMAGE_INDEX } from "../oci/media-types.ts"
import type { RepositoryName, Tag } from "../oci/reference.ts"
import type { Registry } from "../registry/registry.ts"
import type { FoundImage } from "./local-image.ts"

interface HeldPlatform {
  readonly platform: Platform
  readonly digest: Digest
}

/** Platforms to push one by one: none where the daemon can push the image as a whole. */
export function platformsApart({ manifests = [] }: FoundImage): readonly Platform[] {
  const images = manifests.filter(({ kind }) => kind === "image")
  const held = images.flatMap(({ available, platform }: LocalManifest) =>
    available && platform ? [platform] : [],
  )
  return held.length > 1 && held.length < images.length ? held : []
}

/** Puts the index of manifests that were just pushed, under the tag. The same manifests give the same index. */
export async function putIndex(
  { manifests }: Registry,
  name: RepositoryName,
  tag: Tag,
  held: readonly HeldPlatform[],
): Promise<Digest> {
  const descriptors = await Promise.all(
    held.map(async ({ platform, digest }) => {
      const { mediaType, bytes } = await manifests.read(name, { digest })
      return { mediaType, digest, size: bytes.length, platform }
    }),
  )
  const { digest } = await manifests.put(name, { tag }, indexOf(descriptors), OCI_IMAGE_INDEX)
  return digest
}

/** The same manifests give the same bytes. */
export function indexOf(manifests: readonly Descriptor[]): Uint8Array {
  const descriptors = manifests.map(({ mediaType, digest, size, platform }) => ({
    mediaType,
    digest,
    size,
    platform,
  }))
  return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_IMAGE_INDEX, manifests: descriptors }))
}
