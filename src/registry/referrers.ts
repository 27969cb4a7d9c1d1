/**
 * Which manifests name another as their subject: signatures, SBOMs, attestations. The list is the ordinary tag that clients keep
 * at a registry without this API, so that a stock registry over the same bucket shows the same, and what was written through it
 * is seen here.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
 * @module
 */
import { setTimeout as sleep } from "node:timers/promises"
import { type Digest, digestOf } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import { type Manifest, MANIFEST_LIMIT, parseManifest } from "../oci/manifest.ts"
import { OCI_IMAGE_INDEX } from "../oci/media-types.ts"
import type { RepositoryName } from "../oci/reference.ts"
import { isStorageError } from "../storage/driver.ts"
import type { Blobs } from "./blobs.ts"
import type { RegistryContext } from "./context.ts"
import { blobData, revisionLink, tagIndex } from "./layout.ts"
import type { StoredManifest } from "./manifest-cache.ts"
import type { ManifestStore } from "./manifest-store.ts"
import {
  describeReferrer,
  type Entry,
  isOurs,
  readIndex,
  referrersTag,
  writeIndex,
} from "./referrers-index.ts"
import type { Tags } from "./tags.ts"
import { createTurns } from "./turns.ts"

interface ReferrersQuery {
  /** Only those of this type. */
  readonly artifactType?: string
  /** Only those whose digest sorts after this one. */
  readonly last?: string
  readonly signal?: AbortSignal
}

interface ReferrersPage {
  readonly descriptors: readonly Entry[]
  /** Where the next page begins, if there is one. */
  readonly next: Digest | undefined
}

export interface Referrers {
  /** In the order of their digests. Nothing for a subject that nobody refers to, or that is not there. */
  list(name: RepositoryName, subject: Digest, query?: ReferrersQuery): Promise<ReferrersPage>
  /** Puts a manifest on its subject's list, if it has one. */
  add(name: RepositoryName, stored: StoredManifest, manifest: Manifest): Promise<void>
  /** Takes a manifest off its subject's list. */
  remove(name: RepositoryName, digest: Digest, manifest: Manifest): Promise<void>
}

/** Undefined, in: what has the tag is no list. Undefined, out: nothing is to be changed. */
type Change = (entries: readonly Entry[] | undefined) => readonly Entry[] | undefined

/** Descriptors looked at for one page: each is read, for what others wrote into a list may be anything. */
const PAGE = 100

/** Descriptors looked at together. */
const BATCH = 10

/** Bytes of the manifests behind one page; their annotations are most of it. */
const PAGE_BYTES = MANIFEST_LIMIT

/** Writers of one list are several processes at most: each of them writes one at a time. */
const ATTEMPTS = 100

/** Milliseconds, at most, before another attempt. */
const PAUSE = 50

export function createReferrers(
  { driver }: RegistryContext,
  store: ManifestStore,
  blobs: Blobs,
  tags: Tags,
): Referrers {
  const inTurn = createTurns()

  /** Publishes another list, unless `change` leaves it as it is. */
  async function update(name: RepositoryName, subject: Digest, change: Change): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      if (await tryUpdate(name, subject, change)) return
      await sleep(PAUSE * Math.random() * Math.min(attempt, 8))
    }
    throw new RegistryError("UNAVAILABLE", {
      message: `too many are writing the list of what refers to ${subject}: try again`,
    })
  }

  /** False if somebody else was faster. */
  async function tryUpdate(name: RepositoryName, subject: Digest, change: Change): Promise<boolean> {
    const tag = referrersTag(subject)
    const current = await tags.read(name, tag)
    const old = current && (await store.load(current.digest))
    const before = old ? readIndex(old) : []
    const after = change(before)
    if (!after) return true
    const bytes = writeIndex(after)
    const list = { digest: digestOf(bytes), mediaType: OCI_IMAGE_INDEX, bytes } as const
    // An index of nothing links itself, for the same reason as any other: see Manifests.
    await Promise.all([
      store.write(name, list),
      ...(after.length === 0 ? [blobs.link(name, list.digest)] : []),
    ])
    try {
      await tags.swap(name, tag, list.digest, current)
    } catch (error) {
      if (!isStorageError(error, "PRECONDITION_FAILED")) throw error
      // A driver that repeats a write whose answer was lost is told of its own.
      if ((await tags.resolve(name, tag)) === list.digest) return true
      await driver.delete([revisionLink(name, list.digest), blobData(list.digest)])
      store.forget(list.digest)
      return false
    }
    if (current && old && isOurs(old)) {
      await driver.delete([tagIndex(name, tag, current.digest), revisionLink(name, current.digest)])
    }
    return true
  }

  async function entriesOf(
    name: RepositoryName,
    subject: Digest,
    signal?: AbortSignal,
  ): Promise<readonly Entry[]> {
    const digest = await tags.resolve(name, referrersTag(subject), signal)
    const list = digest && (await store.load(digest, signal))
    const entries = (list && readIndex(list)) ?? []
    return entries.toSorted((a, b) => (a.digest < b.digest ? -1 : Number(a.digest > b.digest)))
  }

  /** The manifest's own word counts: it must be there, and name the subject. */
  async function confirm(
    name: RepositoryName,
    subject: Digest,
    digest: Digest,
    signal?: AbortSignal,
  ): Promise<Entry | undefined> {
    const [stored, linked] = await Promise.all([
      store.load(digest, signal),
      store.isLinked(name, digest, signal),
    ])
    if (!stored || !linked) return undefined
    const manifest = parseManifest(stored.bytes)
    return manifest.subject?.digest === subject ? describeReferrer(stored, manifest) : undefined
  }

  return {
    async list(name, subject, { artifactType, last = "", signal } = {}) {
      const entries = await entriesOf(name, subject, signal)
      const rest = [...new Set(entries.map(({ digest }) => digest))].filter((digest) => digest > last)
      const descriptors: Entry[] = []
      let bytes = 0
      let seen = 0
      while (seen < Math.min(rest.length, PAGE) && bytes < PAGE_BYTES) {
        const batch = rest.slice(seen, seen + BATCH)
        const confirmed = await Promise.all(batch.map((digest) => confirm(name, subject, digest, signal)))
        for (const entry of confirmed) {
          if (!entry || (artifactType !== undefined && entry["artifactType"] !== artifactType)) continue
          descriptors.push(entry)
          bytes += Number(entry["size"])
        }
        seen += batch.length
      }
      return { descriptors, next: seen < rest.length ? rest[seen - 1] : undefined }
    },

    async add(name, stored, manifest) {
      const { subject } = manifest
      if (!subject) return
      const entry = describeReferrer(stored, manifest)
      await inTurn(`${name}@${subject.digest}`, () =>
        update(name, subject.digest, (entries) => {
          if (!entries) throw notAList(name, referrersTag(subject.digest))
          return entries.some(({ digest }) => digest === entry.digest) ? undefined : [...entries, entry]
        }),
      )
    },

    async remove(name, digest, manifest) {
      const { subject } = manifest
      if (!subject) return
      await inTurn(`${name}@${subject.digest}`, () =>
        update(name, subject.digest, (entries) =>
          entries?.some((entry) => entry.digest === digest)
            ? entries.filter((entry) => entry.digest !== digest)
            : undefined,
        ),
      )
    },
  }
}

function notAList(name: RepositoryName, tag: string): RegistryError {
  return new RegistryError("DENIED", {
    status: 409,
    message: `'${name}:${tag}' is where the list of referrers belongs, but it is no index: delete that tag first`,
  })
}
