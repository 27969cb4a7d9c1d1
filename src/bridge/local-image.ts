/**
 * The image in the daemon that a push means, and what the daemon holds of it.
 * @module
 */
import type { DockerEngine } from "../docker/engine.ts"
import type { LocalImage } from "../docker/images.ts"
import { formatPlatform } from "../oci/descriptor.ts"
import { TransferError } from "./errors.ts"
import type { OnTransferEvent } from "./events.ts"

export interface FoundImage extends LocalImage {
  /** The name by which it was found. */
  readonly name: string
}

/** @throws TransferError IMAGE_ABSENT naming everything that was tried */
export async function findImage(
  engine: DockerEngine,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<FoundImage> {
  for (const name of names) {
    const image = await engine.inspectImage(name, { signal })
    if (image) return { ...image, name }
  }
  throw new TransferError(
    "IMAGE_ABSENT",
    `The Docker daemon has no image ${names.map((name) => `'${name}'`).join(" or ")}. ` +
      "`docker images` lists what it has; --image names the one to push.",
  )
}

/**
 * Tells which platforms an image's index names without the daemon holding them: they cannot be pushed.
 *
 * @throws TransferError PLATFORM_ABSENT if all are required
 */
export function reportPlatforms(image: FoundImage, requireAll: boolean, onEvent: OnTransferEvent): void {
  const missing = (image.manifests ?? [])
    .filter(({ kind, available }) => kind === "image" && !available)
    .map(({ platform, digest }) => (platform ? formatPlatform(platform) : digest))
  reportMissing("The daemon does not hold", missing, requireAll, onEvent, ` of '${image.name}'`)
}

/**
 * @param who half a sentence, before the platforms
 * @param whole the rest of it, behind them
 * @throws TransferError PLATFORM_ABSENT if all are required
 */
export function reportMissing(
  who: string,
  missing: readonly string[],
  requireAll: boolean,
  onEvent: OnTransferEvent,
  whole = " of the image",
): void {
  if (missing.length === 0) return
  const text = `${who} ${missing.join(", ")}${whole}`
  if (requireAll) {
    throw new TransferError(
      "PLATFORM_ABSENT",
      `${text}, and --require-all-platforms forbids to push it without. Pull or build these platforms first.`,
    )
  }
  onEvent({ type: "warning", text: `${text}: they are not pushed.` })
}
