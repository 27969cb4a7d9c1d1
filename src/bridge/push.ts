/**
 * Push: from the daemon into the store. The tag moves last, and only when everything that it names is there.
 * @module
 */
import type { CompressOptions } from "../archive/compress.ts"
import type { Digest } from "../oci/digest.ts"
import type { RepositoryName, Tag } from "../oci/reference.ts"
import { TransferError } from "./errors.ts"
import { type BlobCount, createTally } from "./events.ts"
import { foreseenDigest, publishTag, refuseTaken } from "./immutable.ts"
import { findImage, reportPlatforms } from "./local-image.ts"
import type { TransferOptions } from "./transfer.ts"
import { openArchivePush } from "./transports/archive-push.ts"
import { openRegistryPush } from "./transports/registry-push.ts"
import type { Transport } from "./transports/transport.ts"

export interface PushTarget {
  readonly name: RepositoryName
  readonly tag: Tag
}

export interface PushOptions extends TransferOptions {
  /** Names that the image may have in the daemon; the first that is there is meant. */
  readonly images: readonly string[]
  /** Where it goes, all in one store: transferred once, published together. */
  readonly targets: readonly [PushTarget, ...PushTarget[]]
  /** Send and write everything again, in place of whatever the store has: what repairs a damaged store. */
  readonly force?: boolean
  /** Never move a tag that is there: to push what it names is success, anything else an error. */
  readonly immutableTags?: boolean
  /**
   * How layers are compressed that come uncompressed; only with the transport `archive`. Defaults to gzip where the engine makes
   * manifests anew, and to none where it keeps them.
   */
  readonly compression?: CompressOptions | undefined
  /** Refuse an index of which the daemon lacks platforms. */
  readonly requireAllPlatforms?: boolean
}

export interface PublishedTag extends PushTarget {
  readonly digest: Digest
  /** What the tag named before. */
  readonly previous?: Digest | undefined
}

export interface PushResult {
  /** The name by which the image was found in the daemon. */
  readonly image: string
  readonly published: readonly PublishedTag[]
  /** Stored now. */
  readonly stored: BlobCount
  /** Needed by the image and stored before. */
  readonly present: BlobCount
}

/**
 * @throws TransferError IMAGE_ABSENT, PLATFORM_ABSENT, TAG_EXISTS, INCOMPLETE; DockerError; StorageError; the signal's reason. Whatever is
 *   thrown, no tag has moved and the daemon is as it was.
 */
export async function push(options: PushOptions): Promise<PushResult> {
  const { engine, targets, immutableTags = false, transport = "registry", signal } = options
  const { onEvent = () => undefined } = options
  const image = await findImage(engine, options.images, signal)
  reportPlatforms(image, options.requireAllPlatforms ?? false, onEvent)
  const tally = createTally()
  await using way = await OPEN[transport](options, tally)
  const { tags } = way.registry
  // Also proves bucket, sign-in and endpoint, before the daemon is bothered.
  const previous = await Promise.all(targets.map(({ name, tag }) => tags.resolve(name, tag, signal)))
  const before = targets.map((target, index) => ({ ...target, previous: previous[index] }))
  const foreseen = foreseenDigest(image, engine.info, options.platform)
  if (immutableTags && foreseen) refuseTaken(before.map((tag) => ({ ...tag, digest: foreseen })))
  try {
    const digests = new Map<RepositoryName, Digest>()
    for (const target of targets) {
      // One repository's further tags follow its first when they are published.
      if (!digests.has(target.name)) digests.set(target.name, await way.push(target, image))
    }
    const tagged = before.flatMap((target) => {
      const digest = digests.get(target.name)
      return digest ? [{ ...target, digest }] : []
    })
    if (immutableTags) refuseTaken(tagged)
    const published = await publish(way, tagged)
    return { image: image.name, published, stored: tally.stored(), present: tally.present() }
  } catch (error) {
    signal?.throwIfAborted()
    // Whatever the daemon makes of it: this is why.
    way.failed.throwIfAborted()
    throw error
  }
}

const OPEN = { registry: openRegistryPush, archive: openArchivePush } as const

async function publish(
  { registry }: Transport,
  tags: readonly PublishedTag[],
): Promise<readonly PublishedTag[]> {
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
