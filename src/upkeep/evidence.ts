/**
 * What a verification has seen, before it is judged.
 * @module
 */
import { algorithmOf, type Digest } from "../oci/digest.ts"
import { type Manifest, requiredBlobs } from "../oci/manifest.ts"
import type { RepositoryName } from "../oci/reference.ts"
import { subjectOf } from "./damage.ts"
import type { DataState } from "./data.ts"
import type { LinkState } from "./links.ts"

export interface SeenData {
  readonly key: string
  readonly digest: Digest
  /** Undefined if there is no such object. */
  readonly state: DataState | undefined
  /** Why no registry could read it, though the bytes are right: half a sentence. */
  readonly unreadable?: string
}

export interface SeenLink {
  readonly key: string
  /** What it links; left out for all links of a repository. */
  readonly digest?: Digest
  readonly state: LinkState
  /** Subject of the data that it links. */
  readonly data?: string
}

export interface Evidence {
  /** By subject. */
  readonly data: Map<string, SeenData>
  readonly links: Map<string, SeenLink>
  /** Lengths that manifests name, by the subject of the data. */
  readonly sizes: Map<string, Set<number>>
  /** What each digest is, in words: `layer`, `manifest of linux/arm64`. */
  readonly roles: Map<Digest, string>
  /** Those that could be read. */
  readonly manifests: Map<Digest, Manifest>
  /** Manifests that somebody who pulls a platform, or the tag as a whole, needs. */
  readonly needed: Set<Digest>
}

export function createEvidence(): Evidence {
  return {
    data: new Map(),
    links: new Map(),
    sizes: new Map(),
    roles: new Map(),
    manifests: new Map(),
    needed: new Set(),
  }
}

/** The subject of a blob's bytes: for sha256 the same in every repository, else where this one's link says. */
export function blobSubject(name: RepositoryName, digest: Digest): string {
  return algorithmOf(digest) === "sha256" ? subjectOf.data(digest) : subjectOf.located(name, digest)
}

/** Everything that a manifest in a repository rests on, itself included, as far as it could be read. */
export function* subjectsOf(
  manifests: Evidence["manifests"],
  name: RepositoryName,
  digest: Digest,
  visited = new Set<Digest>(),
): Generator<string> {
  if (visited.has(digest)) return
  visited.add(digest)
  yield subjectOf.data(digest)
  yield subjectOf.link(name, digest)
  const manifest = manifests.get(digest)
  if (!manifest) return
  yield subjectOf.repository(name)
  for (const blob of requiredBlobs(manifest)) {
    yield blobSubject(name, blob.digest)
    yield subjectOf.size(blob.digest, blob.size)
    yield subjectOf.link(name, blob.digest)
  }
  for (const child of manifest.manifests) {
    yield subjectOf.size(child.digest, child.size)
    yield* subjectsOf(manifests, name, child.digest, visited)
  }
}
