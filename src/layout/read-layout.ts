/**
 * An OCI image layout, read from a folder or an archive: the images that its `index.json` names, and blobs by digest.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
 * @module
 */
import { type Descriptor, isRecord, readDescriptor } from "../oci/descriptor.ts"
import { algorithmOf, type Digest, digestOf } from "../oci/digest.ts"
import { MANIFEST_LIMIT } from "../oci/manifest.ts"
import { ArchiveError } from "../archive/errors.ts"
import { type ImageFiles, readJson, readSmall } from "../archive/files.ts"
import { entryOf } from "../archive/image-archive.ts"

export interface Layout {
  /** Where it is, for messages. */
  readonly place: string
  /** What `index.json` names, in its order. */
  readonly images: readonly Descriptor[]
  /** Bytes of a blob; undefined if it is not there. */
  size(digest: Digest): Promise<number | undefined>
  /** A blob, unread and unchecked. */
  read(digest: Digest, signal?: AbortSignal): AsyncIterable<Uint8Array>
  /**
   * A manifest, whole and checked; undefined if it is not there.
   * @throws ArchiveError DAMAGED if it is not of the digest and size that the descriptor says, or larger than registries take
   */
  readManifest(descriptor: Descriptor): Promise<Buffer | undefined>
}

const VERSION = "1.0.0"

/** @throws ArchiveError ABSENT if it is no layout, DAMAGED if it is none that can be read; ImageFileError */
export async function readLayout(files: ImageFiles): Promise<Layout> {
  const { place } = files
  checkVersion(await readJson(files, "oci-layout", MANIFEST_LIMIT), place)
  const index = await readJson(files, "index.json", MANIFEST_LIMIT)
  if (index === undefined)
    throw new ArchiveError("DAMAGED", `${place} is no whole OCI layout: it has no 'index.json'.`)
  return {
    place,
    images: imagesOf(index, place),
    size: (digest) => files.size(entryOf(digest)),
    read: (digest, signal) => files.read(entryOf(digest), signal),

    async readManifest({ digest, size }) {
      const bytes = await readSmall(files, entryOf(digest), MANIFEST_LIMIT)
      if (!bytes) return undefined
      const actual = digestOf(bytes, algorithmOf(digest))
      if (actual !== digest)
        throw new ArchiveError(
          "DAMAGED",
          `The manifest ${digest} in ${place} is damaged: its bytes hash to ${actual}.`,
        )
      if (bytes.length !== size)
        throw new ArchiveError(
          "DAMAGED",
          `The manifest ${digest} in ${place} has ${bytes.length} bytes, and not the ${size} that what names it says.`,
        )
      return bytes
    },
  }
}

/** @throws ArchiveError ABSENT unless this is what the file `oci-layout` of a layout holds that we know */
export function checkVersion(marker: unknown, place: string): void {
  if (marker === undefined)
    throw new ArchiveError("ABSENT", `${place} is no OCI layout: it has no file 'oci-layout'.`)
  const version = isRecord(marker) ? marker["imageLayoutVersion"] : undefined
  if (version !== VERSION)
    throw new ArchiveError(
      "ABSENT",
      `${place} is an OCI layout of version ${JSON.stringify(version)}, and only ${VERSION} is known.`,
    )
}

function imagesOf(index: unknown, place: string): readonly Descriptor[] {
  const manifests = isRecord(index) ? index["manifests"] : undefined
  if (!Array.isArray(manifests))
    throw new ArchiveError("DAMAGED", `'index.json' in ${place} has no list of manifests.`)
  return manifests.map((each: unknown, position) => {
    const descriptor = readDescriptor(each)
    if (descriptor) return descriptor
    const text = `'manifests[${position}]' of 'index.json' in ${place} is not a descriptor with a digest and a size.`
    throw new ArchiveError("DAMAGED", text)
  })
}
