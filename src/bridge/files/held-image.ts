/**
 * What a layout really holds of an image. `docker save` on a containerd store names every platform of an index and writes those
 * that the daemon has: as with a daemon, they are the image then.
 * @module
 */
import type { Layout } from "../../layout/read-layout.ts"
import { type Descriptor, formatPlatform, type Platform } from "../../oci/descriptor.ts"
import { digestOf } from "../../oci/digest.ts"
import { parseManifest, requiredBlobs } from "../../oci/manifest.ts"
import { OCI_IMAGE_INDEX } from "../../oci/media-types.ts"
import { findPlatformImage } from "../archive/platform-image.ts"
import { TransferError } from "../errors.ts"
import { indexOf } from "../partial-index.ts"
import { damaged, refused } from "./failure.ts"

export interface HeldImage {
  /** The image, or what there is of it. */
  readonly root: Descriptor
  /** Of a root that stands in the place of an index that is not all there: its bytes. */
  readonly made?: Uint8Array
  /** Platforms that the image has and the layout does not hold. */
  readonly missing: readonly string[]
}

/**
 * @param platform the only one that is wanted
 * @throws TransferError PLATFORM_ABSENT, CONTENT_DAMAGED; ArchiveError
 */
export async function heldImage(
  layout: Layout,
  image: Descriptor,
  platform: Platform | undefined,
): Promise<HeldImage> {
  const manifest = await readManifest(layout, image)
  if (platform && manifest.kind === "index")
    return { root: await imageFor(layout, image, platform), missing: [] }
  const children = await Promise.all(
    manifest.manifests.map(async (child) => ({ child, isHeld: await isHeld(layout, child) })),
  )
  if (children.every(({ isHeld }) => isHeld)) return { root: image, missing: [] }
  const missing = children.flatMap(({ child, isHeld }) => (isHeld ? [] : [labelOf(child)]))
  // Attestations would be about what is not there.
  const held = children.flatMap(({ child, isHeld }) =>
    isHeld && child.platform && child.platform.os !== "unknown" ? [child] : [],
  )
  const [only, second] = held
  if (!only)
    throw damaged(`${layout.place} holds nothing of ${image.digest}: it lacks ${missing.join(", ")}.`)
  if (!second) return { root: only, missing }
  const made = indexOf(held)
  const root = { mediaType: OCI_IMAGE_INDEX, digest: digestOf(made), size: made.length }
  return { root, made, missing }
}

async function imageFor(layout: Layout, image: Descriptor, platform: Platform): Promise<Descriptor> {
  const known = new Map([[image.digest, image]])
  const { path } = await findPlatformImage(
    async (digest) => {
      const descriptor = known.get(digest) ?? image
      const bytes = await layout.readManifest(descriptor)
      if (!bytes)
        throw new TransferError(
          "PLATFORM_ABSENT",
          `${layout.place} does not hold the image for ${formatPlatform(platform)}: ${digest} is missing.`,
        )
      const manifest = parseManifest(bytes, descriptor.mediaType)
      for (const child of manifest.manifests) known.set(child.digest, child)
      return { bytes, mediaType: manifest.mediaType }
    },
    image.digest,
    platform,
  )
  const found = path.at(-1)?.descriptor ?? image
  return known.get(found.digest) ?? found
}

/** Its manifest is there, and something of what that names: an image that is damaged is not one that was left out. */
async function isHeld(layout: Layout, descriptor: Descriptor): Promise<boolean> {
  if ((await layout.size(descriptor.digest)) === undefined) return false
  const blobs = requiredBlobs(await readManifest(layout, descriptor))
  const sizes = await Promise.all(blobs.map(({ digest }) => layout.size(digest)))
  return blobs.length === 0 || sizes.some((size) => size !== undefined)
}

/** @throws TransferError CONTENT_DAMAGED if it is missing or no manifest */
async function readManifest(layout: Layout, descriptor: Descriptor) {
  const bytes = await layout.readManifest(descriptor)
  if (!bytes) throw damaged(`The manifest ${descriptor.digest} is missing in ${layout.place}.`)
  try {
    return parseManifest(bytes, descriptor.mediaType)
  } catch (error) {
    throw refused(error, `The manifest ${descriptor.digest} in ${layout.place}`)
  }
}

function labelOf({ platform, digest }: Descriptor): string {
  return platform && platform.os !== "unknown" ? formatPlatform(platform) : digest
}
