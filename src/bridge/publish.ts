/**
 * The end of every push: tags move when all of the image is there, and all of them together.
 * @module
 */
import type { Digest } from "../oci/digest.ts"
import type { RepositoryName, Tag } from "../oci/reference.ts"
import type { Registry } from "../registry/registry.ts"
import { TransferError } from "./errors.ts"
import { publishTag, refuseTaken } from "./immutable.ts"

export interface PushTarget {
  readonly name: RepositoryName
  readonly tag: Tag
}

export interface PublishedTag extends PushTarget {
  readonly digest: Digest
  /** What the tag named before. */
  readonly previous?: Digest | undefined
}

interface Publication {
  readonly targets: readonly PushTarget[]
  readonly immutableTags: boolean
  /** What will be pushed, where that is known beforehand. */
  readonly foreseen?: Digest | undefined
  readonly signal?: AbortSignal | undefined
  /** Gets the image into the registry, whose tag is then held or known to name it already. */
  readonly transfer: (target: PushTarget) => Promise<Digest>
}

/** @throws TransferError TAG_EXISTS, INCOMPLETE; StorageError; whatever `transfer` throws. Whatever is thrown, no tag has moved. */
export async function publishPushed(
  registry: Registry,
  { targets, immutableTags, foreseen, signal, transfer }: Publication,
): Promise<readonly PublishedTag[]> {
  const { tags } = registry
  // Also proves bucket, sign-in and endpoint, before anybody else is bothered.
  const previous = await Promise.all(targets.map(({ name, tag }) => tags.resolve(name, tag, signal)))
  const before = targets.map((target, index) => ({ ...target, previous: previous[index] }))
  if (immutableTags && foreseen) refuseTaken(before.map((tag) => ({ ...tag, digest: foreseen })))
  const digests = new Map<RepositoryName, Digest>()
  for (const target of targets) {
    // One repository's further tags follow its first when they are published.
    if (!digests.has(target.name)) digests.set(target.name, await transfer(target))
  }
  const tagged = before.flatMap((target) => {
    const digest = digests.get(target.name)
    return digest ? [{ ...target, digest }] : []
  })
  if (immutableTags) refuseTaken(tagged)
  return publish(registry, tagged)
}

async function publish(registry: Registry, tags: readonly PublishedTag[]): Promise<readonly PublishedTag[]> {
  const moving = tags.filter(
    ({ name, tag, digest, previous }) => previous !== digest || registry.tags.held(name, tag),
  )
  if (moving.length === 0) return tags
  const gone = await registry.blobs.recheck()
  if (gone.length > 0) {
    throw new TransferError(
      "INCOMPLETE",
      `${gone.join(", ")} vanished from the store while the image was pushed (a garbage collection?); push it again.`,
    )
  }
  for (const target of moving) await publishTag(registry, target)
  return tags
}
