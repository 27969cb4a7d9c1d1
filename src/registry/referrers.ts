/**
 * Which manifests name another as their subject: signatures, SBOMs, attestations. The list is the ordinary tag that clients keep
 * at a registry without this API, so that a stock registry over the same bucket shows the same, and what was written through it
 * is seen here.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers
 * @module
 */
import type { Digest } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import { type Manifest, MANIFEST_LIMIT, parseManifest } from "../oci/manifest.ts"
import type { RepositoryName } from "../oci/reference.ts"
import type { StoredManifest } from "./manifest-cache.ts"
import type { ManifestStore } from "./manifest-store.ts"
import { describeReferrer, type Entry, referrersTag } from "./referrers-index.ts"
import type { ReferrersLists } from "./referrers-lists.ts"

interface ReferrersQuery {
  /** Only those of this type. */
  readonly artifactType?: string
  /** Only those whose digest sorts after this one. */
  readonly last?: string
  readonly signal?: AbortSignal
}

interface ReferrersPage {
  readonly descriptors: readonly Entry[]
  /** After which the next page begins, if there is one. */
  readonly next: Digest | undefined
}

export interface Referrers {
  /** In the order of their digests. Nothing for a subject that nobody refers to, or that is not there. */
  list(name: RepositoryName, subject: Digest, query?: ReferrersQuery): Promise<ReferrersPage>
  /** Puts a manifest on its subject's list, if it has a subject. */
  add(name: RepositoryName, stored: StoredManifest, manifest: Manifest): Promise<void>
  /** Takes a manifest off its subject's list. */
  remove(name: RepositoryName, digest: Digest, manifest: Manifest): Promise<void>
}

/** Descriptors looked at for one page: each is read, for what others wrote into a list may be anything. */
const PAGE = 100

/** Descriptors looked at together. */
const BATCH = 10

/** Bytes of the manifests behind one page: their annotations are most of it. */
const PAGE_BYTES = MANIFEST_LIMIT

export function createReferrers(store: ManifestStore, lists: ReferrersLists): Referrers {
  /** The manifest's own word counts: it must be there, and name the subject. */
  async function confirm(
    name: RepositoryName,
    subject: Digest,
    digest: Digest,
    signal?: AbortSignal,
  ): Promise<Entry | undefined> {
    const [stored, linked] = await Promise.all([
      store.loadSound(digest, signal),
      store.isLinked(name, digest, signal),
    ])
    if (!stored || !linked) return undefined
    const manifest = parseManifest(stored.bytes)
    return manifest.subject?.digest === subject ? describeReferrer(stored, manifest) : undefined
  }

  return {
    async list(name, subject, { artifactType, last = "", signal } = {}) {
      const entries = await lists.read(name, subject, signal)
      const rest = [...new Set(entries.map(({ digest }) => digest))]
        .filter((digest) => digest > last)
        .toSorted((a, b) => (a < b ? -1 : 1))
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
      await lists.change(name, subject.digest, (entries) => {
        if (!entries) throw notAList(name, subject.digest)
        return entries.some(({ digest }) => digest === entry.digest) ? undefined : [...entries, entry]
      })
    },

    async remove(name, digest, { subject }) {
      if (!subject) return
      await lists.change(name, subject.digest, (entries) => {
        const rest = entries?.filter((entry) => entry.digest !== digest)
        return rest?.length === entries?.length ? undefined : rest
      })
    },
  }
}

function notAList(name: RepositoryName, subject: Digest): RegistryError {
  return new RegistryError("DENIED", {
    status: 409,
    message: `'${name}:${referrersTag(subject)}' is where the list of referrers belongs, but it is no index: delete that tag first`,
  })
}
