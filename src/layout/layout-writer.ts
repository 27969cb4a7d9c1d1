/**
 * What it takes to write an OCI image layout, wherever it is kept.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
 * @module
 */
import { type Descriptor, isRecord } from "../oci/descriptor.ts"
import { OCI_IMAGE_INDEX } from "../oci/media-types.ts"
import { REF_NAME } from "./names.ts"

export interface LayoutWriter extends AsyncDisposable {
  /** Blobs that can be added at a time. */
  readonly inParallel: number
  /** Whether the blob is there already, with the right bytes. */
  has(blob: Descriptor, signal?: AbortSignal): Promise<boolean>
  /** Adds a blob, of which the body has all bytes or fails. */
  add(blob: Descriptor, body: AsyncIterable<Uint8Array>): Promise<void>
  /** Names the image in `index.json`. Everything that it is made of is there. */
  finish(image: Descriptor): Promise<void>
}

/** The file `oci-layout`. */
export const LAYOUT_MARKER = { imageLayoutVersion: "1.0.0" } as const

export const EMPTY_INDEX: Readonly<Record<string, unknown>> = {
  schemaVersion: 2,
  mediaType: OCI_IMAGE_INDEX,
  manifests: [],
}

/** The same `index.json` with one more image, in the place of the one that had its name. What is not known stays as it is. */
export function withImage(
  index: Readonly<Record<string, unknown>>,
  image: Descriptor,
): Readonly<Record<string, unknown>> {
  const before: readonly unknown[] = Array.isArray(index["manifests"]) ? index["manifests"] : []
  const name = image.annotations?.[REF_NAME]
  const others = before.filter((each) => {
    const annotations = isRecord(each) && isRecord(each["annotations"]) ? each["annotations"] : {}
    return name === undefined || annotations[REF_NAME] !== name
  })
  return { ...index, manifests: [...others, image] }
}
