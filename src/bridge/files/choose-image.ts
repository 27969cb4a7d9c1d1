/**
 * The image of a layout that a push means: by its name, by its platform, or because it is the only one.
 * @module
 */
import { imagesCalled, nameOf } from "../../layout/names.ts"
import type { Layout } from "../../layout/read-layout.ts"
import { type Descriptor, formatPlatform, type Platform } from "../../oci/descriptor.ts"
import { serves } from "../archive/platform-image.ts"
import { closest } from "../closest.ts"
import { TransferError } from "../errors.ts"

/** Images that a sentence lists. */
const LISTED = 10

/** @throws TransferError IMAGE_ABSENT, which says what there is */
export function chooseImage(
  { images, place }: Pick<Layout, "images" | "place">,
  wanted: string | undefined,
  platform: Platform | undefined,
): Descriptor {
  if (images.length === 0) throw absent(`${place} has no image: its 'index.json' names none.`)
  const called = wanted === undefined ? images : imagesCalled(wanted, images)
  if (called.length === 0) {
    throw absent(`${place} has no image '${wanted}': it has ${listOf(images, wanted)}.`)
  }
  const [first, second] = new Map(ofPlatform(called, platform).map((each) => [each.digest, each])).values()
  if (first && !second) return first
  const several = `${place} has several images${wanted === undefined ? "" : ` '${wanted}'`}: ${listOf(called)}.`
  throw absent(`${several} Say which one behind its path: ':' and a name, or '@' and a digest.`)
}

/** Some programs name each platform's image in `index.json` itself. */
function ofPlatform(images: readonly Descriptor[], platform: Platform | undefined): readonly Descriptor[] {
  if (!platform) return images
  const served = images.filter((image) => image.platform && serves(image.platform, platform))
  return served.length > 0 ? served : images
}

function listOf(images: readonly Descriptor[], wanted = ""): string {
  const labels = [...new Set(images.map(labelOf))]
  const shown = wanted === "" ? labels.slice(0, LISTED) : closest(wanted, labels, LISTED)
  const more = labels.length > shown.length ? ` and ${labels.length - shown.length} more` : ""
  return `${shown.join(", ")}${more}`
}

function labelOf(image: Descriptor): string {
  const platform = image.platform ? ` (${formatPlatform(image.platform)})` : ""
  return `${nameOf(image) ?? image.digest}${platform}`
}

function absent(text: string): TransferError {
  return new TransferError("IMAGE_ABSENT", text)
}
