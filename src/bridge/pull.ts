/**
 * Pull: from the store into the daemon, under the name that the user wants.
 * @module
 */
import { type Digest, hexOf } from "../oci/digest.ts"
import type { Reference, RepositoryName, Tag } from "../oci/reference.ts"
import { RegistryError } from "../oci/errors.ts"
import { repositoriesRoot } from "../registry/layout.ts"
import type { Registry } from "../registry/registry.ts"
import { closest } from "./closest.ts"
import { TransferError } from "./errors.ts"
import { type BlobCount, createTally } from "./events.ts"
import { damaged } from "./fatal.ts"
import type { TransferOptions } from "./transfer.ts"
import { openArchivePull } from "./transports/archive-pull.ts"
import { openRegistryPull } from "./transports/registry-pull.ts"

export interface PullOptions extends TransferOptions {
  readonly name: RepositoryName
  readonly reference: Reference
  /** Repository and tag that the image gets in the daemon. */
  readonly image: { readonly repository: string; readonly tag: string }
}

export interface PullResult {
  readonly digest: Digest
  /** The name that the image now has in the daemon. */
  readonly image: string
  /** Read from the store. What the daemon had is not. */
  readonly read: BlobCount
}

/**
 * @throws TransferError TAG_ABSENT, CONTENT_DAMAGED; DockerError; StorageError; the signal's reason. Whatever is thrown, the daemon
 *   has no new name.
 */
export async function pull(options: PullOptions): Promise<PullResult> {
  const { name, reference, image, transport = "registry", signal } = options
  const tally = createTally()
  await using way = await OPEN[transport](options, tally)
  // Also proves bucket, sign-in and endpoint, and keeps the tag where it is for the daemon, whoever moves it meanwhile.
  const digest = await resolve(options, way.registry)
  try {
    await way.pull({ name, reference, digest, image })
  } catch (error) {
    signal?.throwIfAborted()
    // Whatever the daemon makes of it: this is why.
    way.failed.throwIfAborted()
    throw error
  }
  return { digest, image: `${image.repository}:${image.tag}`, read: tally.read() }
}

const OPEN = { registry: openRegistryPull, archive: openArchivePull } as const

/** The name of an image that was pulled by digest only. */
export function shortDigest(digest: Digest): string {
  return hexOf(digest).slice(0, 12)
}

async function resolve(options: PullOptions, registry: Registry): Promise<Digest> {
  const { name, reference, signal } = options
  try {
    return (await registry.manifests.read(name, reference, signal)).digest
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error
    if (error.code !== "MANIFEST_UNKNOWN") throw damaged(error)
    throw await absent(options, registry, error)
  }
}

/** Says what there is instead. */
async function absent(
  { driver, name, reference, signal }: PullOptions,
  registry: Registry,
  cause: RegistryError,
): Promise<TransferError> {
  const digest =
    reference.tag === undefined ? reference.digest : await registry.tags.resolve(name, reference.tag)
  if (reference.tag !== undefined && digest) {
    const text = `The tag '${name}:${reference.tag}' names ${digest}, which is not in the store; push the image again.`
    return new TransferError("CONTENT_DAMAGED", text, { cause })
  }
  const tags = await tagsOf(registry, name)
  const what =
    reference.tag === undefined
      ? `'${name}' has no ${digest}`
      : `There is no tag '${reference.tag}' of '${name}'`
  const near = closest(reference.tag ?? "", tags)
  const instead =
    tags.length === 0
      ? `the store has no repository '${name}'`
      : `it has ${near.join(", ")}${tags.length > near.length ? ` and ${tags.length - near.length} more` : ""}`
  const why = await driver.explainAbsence?.(repositoriesRoot, { signal })
  return new TransferError("TAG_ABSENT", `${what}: ${instead}.${why === undefined ? "" : ` ${why}`}`, {
    cause,
  })
}

async function tagsOf(registry: Registry, name: RepositoryName): Promise<readonly Tag[]> {
  try {
    return (await registry.tags.list(name)).tags
  } catch (error) {
    if (error instanceof RegistryError && error.code === "NAME_UNKNOWN") return []
    throw error
  }
}
