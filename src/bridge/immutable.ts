/**
 * Pushing without ever moving a tag.
 * @module
 */
import type { EngineInfo } from "../docker/info.ts"
import type { Platform } from "../oci/descriptor.ts"
import { type Digest, isDigest } from "../oci/digest.ts"
import type { RepositoryName, Tag } from "../oci/reference.ts"
import { TagExistsError } from "../registry/immutable-tags.ts"
import type { Registry } from "../registry/registry.ts"
import { TransferError } from "./errors.ts"
import type { FoundImage } from "./local-image.ts"

interface Target {
  readonly name: RepositoryName
  readonly tag: Tag
  /** What it would name. */
  readonly digest: Digest
}

/**
 * The digest that the daemon will push, where that is known beforehand: the classic store makes its manifests while it pushes, and
 * of an image that it does not hold whole the containerd store pushes another one.
 */
export function foreseenDigest(
  { id, manifests }: FoundImage,
  { store }: Pick<EngineInfo, "store">,
  platform: Platform | undefined,
): Digest | undefined {
  const whole = manifests?.every(({ available }) => available) ?? false
  return store === "containerd" && platform === undefined && whole && isDigest(id) ? id : undefined
}

/** @throws TransferError TAG_EXISTS for the first that names something else */
export function refuseTaken(targets: readonly (Target & { readonly previous?: Digest | undefined })[]): void {
  for (const target of targets) {
    if (target.previous !== undefined && target.previous !== target.digest) {
      throw tagExists(target, target.previous)
    }
  }
}

/** @throws TransferError TAG_EXISTS if tags are immutable and somebody else was faster */
export async function publishTag({ tags }: Registry, target: Target): Promise<void> {
  try {
    await tags.publish(target.name, target.tag, target.digest)
  } catch (error) {
    throw error instanceof TagExistsError ? tagExists(target, error.existing, error) : error
  }
}

function tagExists({ name, tag, digest }: Target, existing: Digest, cause?: unknown): TransferError {
  const text = `The tag '${name}:${tag}' names ${existing} and not ${digest}, and --immutable-tags keeps it so; push under another tag.`
  return new TransferError("TAG_EXISTS", text, { cause })
}
