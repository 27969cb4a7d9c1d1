/**
 * Push: from the daemon into the store. The tag moves last, and only when everything that it names is there.
 * @module
 */
import { formatPlatform } from "../oci/descriptor.ts"
import type { Digest } from "../oci/digest.ts"
import type { RepositoryName, Tag } from "../oci/reference.ts"
import type { EphemeralRegistry } from "./ephemeral-registry.ts"
import { TransferError } from "./errors.ts"
import { type BlobCount, createTally } from "./events.ts"
import { findImage, type FoundImage, reportPlatforms } from "./local-image.ts"
import { withLoopbackName } from "./loopback-name.ts"
import { platformsApart, putIndex } from "./partial-index.ts"
import { either, openRegistry, type TransferOptions } from "./transfer.ts"

export interface PushTarget {
  readonly name: RepositoryName
  readonly tag: Tag
}

export interface PushOptions extends TransferOptions {
  /** Names that the image may have in the daemon; the first that is there is meant. */
  readonly images: readonly string[]
  /** Where it goes, all in one store: transferred once, published together. */
  readonly targets: readonly [PushTarget, ...PushTarget[]]
  /** Write everything but the blobs again, even if the tag says that it is there. */
  readonly force?: boolean
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
 * @throws TransferError IMAGE_ABSENT, PLATFORM_ABSENT, INCOMPLETE; DockerError; StorageError; the signal's reason. Whatever is
 *   thrown, no tag has moved and the daemon is as it was.
 */
export async function push(options: PushOptions): Promise<PushResult> {
  const { engine, targets, signal, onEvent = () => undefined } = options
  const image = await findImage(engine, options.images, signal)
  reportPlatforms(image, options.requireAllPlatforms ?? false, onEvent)
  const tally = createTally()
  const repositories = targets.map(({ name }) => name)
  const visible = { repositories, access: "push", rewrite: options.force ?? false } as const
  await using ephemeral = await openRegistry(options, visible, tally)
  const { tags } = ephemeral.registry
  // Also proves bucket, sign-in and endpoint, before the daemon is bothered.
  const previous = await Promise.all(targets.map(({ name, tag }) => tags.resolve(name, tag, signal)))
  try {
    const digests = new Map<RepositoryName, Digest>()
    for (const target of targets) {
      // One repository's further tags follow its first when they are published.
      if (!digests.has(target.name))
        digests.set(target.name, await pushImage(ephemeral, target, image, options))
    }
    const tagged = targets.flatMap((target, index) => {
      const digest = digests.get(target.name)
      return digest ? [{ ...target, digest, previous: previous[index] }] : []
    })
    const published = await publish(ephemeral, tagged)
    return { image: image.name, published, stored: tally.moved(), present: tally.present() }
  } catch (error) {
    signal?.throwIfAborted()
    // Whatever the daemon makes of it: this is why.
    ephemeral.failed.throwIfAborted()
    throw error
  }
}

/** Gets the image, whole or platform by platform, into the ephemeral registry. */
async function pushImage(
  ephemeral: EphemeralRegistry,
  target: PushTarget,
  image: FoundImage,
  options: PushOptions,
): Promise<Digest> {
  const apart = options.platform ? [] : platformsApart(image)
  if (apart.length === 0) return pushOne(ephemeral, target, image.name, options)
  const text = `An index of ${apart.map(formatPlatform).join(", ")} is pushed in the image's place, without attestations.`
  options.onEvent?.({ type: "warning", text })
  const held = []
  for (const platform of apart) {
    held.push({ platform, digest: await pushOne(ephemeral, target, image.name, { ...options, platform }) })
  }
  return putIndex(ephemeral.registry, target.name, target.tag, held)
}

/** Has the daemon push to the ephemeral registry. Returns the digest that it pushed, or found to be there unchanged. */
async function pushOne(
  { address, credentials, registry, failed }: EphemeralRegistry,
  { name, tag }: PushTarget,
  image: string,
  { engine, platform, signal: interrupted, keepName = false, onEvent = () => undefined }: PushOptions,
): Promise<Digest> {
  const repository = `${address}/${name}`
  const loopback = { name: `${repository}:${tag}`, keep: keepName, last: "keep", onEvent } as const
  onEvent({ type: "step", text: `The daemon pushes ${image} as ${loopback.name}` })
  const signal = either(interrupted, failed)
  let told: Digest | undefined
  await withLoopbackName(engine, loopback, async () => {
    await engine.tagImage(image, repository, tag, { signal })
    const login = { ...credentials, serverAddress: address }
    for await (const progress of engine.pushImage(repository, tag, login, { signal, platform })) {
      if (progress.type === "digest") told = progress.digest
      if (progress.type === "index-replaced") {
        const text = `The daemon does not hold all of the index ${progress.index}: it pushed ${progress.manifest} in its place.`
        onEvent({ type: "warning", text })
      }
      onEvent({ type: "engine", progress })
    }
  })
  // An unchanged image is not sent: the daemon asks for the tag and, told the digest that it holds, is done.
  const arrived = registry.tags.held(name, tag) ?? told
  if (arrived && arrived === registry.tags.known(name, tag)) return arrived
  throw new TransferError(
    "INCOMPLETE",
    `The daemon reported success, but sent no manifest for '${name}:${tag}'; the tag was left as it was.`,
  )
}

async function publish(
  { registry }: EphemeralRegistry,
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
  for (const { name, tag, digest } of moving) await registry.tags.publish(name, tag, digest)
  return tags
}
