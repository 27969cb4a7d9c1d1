/**
 * Pull: from the store into the daemon, under the name that the user wants.
 * @module
 */
import type { Digest } from "../oci/digest.ts"
import type { Reference, RepositoryName } from "../oci/reference.ts"
import { type BlobCount, createTally } from "./events.ts"
import { resolveStored } from "./resolve.ts"
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
  /** The name that the image now has in the daemon, or the file that it is in. */
  readonly image: string
  /** Read from the store. What was there already is not. */
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
  const digest = await resolveStored(options, way.registry)
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
