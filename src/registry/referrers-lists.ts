/**
 * The lists of referrers in the store: read, and changed by compare-and-swap, so that of several writers none loses what another
 * has written.
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises"
import { type Digest, digestOf } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import { OCI_IMAGE_INDEX } from "../oci/media-types.ts"
import type { RepositoryName, Tag } from "../oci/reference.ts"
import { isStorageError } from "../storage/driver.ts"
import type { Blobs } from "./blobs.ts"
import type { RegistryContext } from "./context.ts"
import { revisionLink, tagIndex } from "./layout.ts"
import type { ManifestStore } from "./manifest-store.ts"
import { type LinkVersion, together, writeLink } from "./objects.ts"
import { type Entry, readIndex, referrersTag, writeIndex } from "./referrers-index.ts"
import type { Tags } from "./tags.ts"
import { createTurns } from "./turns.ts"

/** Undefined, in: what has the tag is no list. Undefined, out: nothing is to be changed. */
type Change = (entries: readonly Entry[] | undefined) => readonly Entry[] | undefined

export interface ReferrersLists {
  read(name: RepositoryName, subject: Digest, signal?: AbortSignal): Promise<readonly Entry[]>
  /** @throws RegistryError UNAVAILABLE when others are faster all the time */
  change(name: RepositoryName, subject: Digest, change: Change): Promise<void>
}

interface ListsParts {
  readonly store: ManifestStore
  readonly blobs: Blobs
  readonly tags: Tags
}

/** Writers of one list are several processes at most: each of them writes one at a time. */
const ATTEMPTS = 100

/** Milliseconds, at most, before the second attempt; before later ones up to eight times as many. */
const PAUSE = 50

export function createReferrersLists(
  { driver }: RegistryContext,
  { store, blobs, tags }: ListsParts,
): ReferrersLists {
  const inTurn = createTurns()

  /** False if somebody else was faster. */
  async function tryChange(name: RepositoryName, subject: Digest, change: Change): Promise<boolean> {
    const tag = referrersTag(subject)
    const current = await tags.read(name, tag)
    const old = current && (await store.load(current.digest))
    const before = old ? readIndex(old) : []
    const after = change(before)
    if (!after) return true
    const bytes = writeIndex(after)
    const digest = digestOf(bytes)
    await together(
      store.write(name, { digest, mediaType: OCI_IMAGE_INDEX, bytes }),
      // An index of nothing links itself, as any other does: a repository must have a layer link.
      ...(after.length === 0 ? [blobs.link(name, digest)] : []),
    )
    if (!(await publish(name, tag, digest, current))) {
      await retire(name, tag, digest, after)
      return false
    }
    // Whoever retired the same list while it was on its way here has taken its link.
    await writeLink(driver, revisionLink(name, digest), digest)
    if (current) await retire(name, tag, current.digest, before ?? [])
    return true
  }

  async function publish(
    name: RepositoryName,
    tag: Tag,
    digest: Digest,
    current: LinkVersion | undefined,
  ): Promise<boolean> {
    try {
      await tags.swap(name, tag, digest, current)
      return true
    } catch (error) {
      if (!isStorageError(error, "PRECONDITION_FAILED")) throw error
      // A driver that repeats a write whose answer was lost is refused because of its own.
      return (await tags.read(name, tag))?.digest === digest
    }
  }

  /**
   * Removes a list that the tag does not name: their row would be as long as a pipeline's life, and keep what was deleted from
   * being collected. An empty list is every subject's, and stays.
   */
  async function retire(
    name: RepositoryName,
    tag: Tag,
    digest: Digest,
    entries: readonly Entry[],
  ): Promise<void> {
    if (entries.length === 0) return
    const links = [tagIndex(name, tag, digest), revisionLink(name, digest)]
    await driver.delete(links)
    // A list is named by what is in it: somebody may just have gone back to this one.
    if ((await tags.read(name, tag))?.digest !== digest) return
    await together(...links.map((link) => writeLink(driver, link, digest)))
  }

  return {
    async read(name, subject, signal) {
      const digest = await tags.resolve(name, referrersTag(subject), signal)
      const list = digest && (await store.load(digest, signal))
      return (list && readIndex(list)) ?? []
    },

    change(name, subject, change) {
      return inTurn(`${name}@${subject}`, async () => {
        for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
          if (await tryChange(name, subject, change)) return
          await sleep(PAUSE * Math.random() * Math.min(attempt, 8))
        }
        throw new RegistryError("UNAVAILABLE", {
          message: `too many are writing the list of what refers to ${subject}: try again`,
        })
      })
    },
  }
}
