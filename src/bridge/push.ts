/**
 * Push: from the daemon into the store. The tag moves last, and only when everything that it names is there.
 * @module
 */
import type { CompressOptions } from "../archive/compress.ts"
import { type BlobCount, createTally } from "./events.ts"
import { foreseenDigest } from "./immutable.ts"
import { findImage, reportPlatforms } from "./local-image.ts"
import { type PublishedTag, publishPushed, type PushTarget } from "./publish.ts"
import type { TransferOptions } from "./transfer.ts"
import { openArchivePush } from "./transports/archive-push.ts"
import { openRegistryPush } from "./transports/registry-push.ts"

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

export interface PushResult {
  /** The name by which the image was found. */
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
  try {
    const published = await publishPushed(way.registry, {
      targets,
      immutableTags,
      signal,
      foreseen: foreseenDigest(image, engine.info, options.platform),
      transfer: (target) => way.push(target, image),
    })
    return { image: image.name, published, stored: tally.stored(), present: tally.present() }
  } catch (error) {
    signal?.throwIfAborted()
    // Whatever the daemon makes of it: this is why.
    way.failed.throwIfAborted()
    throw error
  }
}

const OPEN = { registry: openRegistryPush, archive: openArchivePush } as const
