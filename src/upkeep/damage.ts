/**
 * What was found wrong, and which tags it breaks.
 * @module
 */
import type { Digest } from "../oci/digest.ts"
import type { RepositoryName } from "../oci/reference.ts"

/**
 * - missing: the object is not there
 * - size: it has another length than the manifest says
 * - corrupt: its bytes do not hash to its digest, or it is no manifest or no link
 * - unlinked: the bytes are there, but a stock registry does not find them in this repository, and its collector may remove them
 */
export type DamageKind = "missing" | "size" | "corrupt" | "unlinked"

export interface Damage {
  readonly kind: DamageKind
  /** `warning`: whoever pulls the image does not come across it. */
  readonly level: "error" | "warning"
  /** Of the object that is not as it should be. */
  readonly key: string
  /** What the object should hold, where that is decided by its key. */
  readonly digest?: Digest
  /** What is wrong, as half a sentence. */
  readonly text: string
  /** `name:tag` or `name@digest`. */
  readonly breaks: readonly string[]
}

/** What damage can befall, and what a tag rests on: bytes, bytes of a certain length, a link, or the tag itself. */
export const subjectOf = {
  data: (digest: Digest) => `data ${digest}`,
  size: (digest: Digest, size: number) => `size ${digest} ${size}`,
  link: (name: RepositoryName, digest: Digest) => `link ${name} ${digest}`,
  /** A blob that lies where the repository's link says. */
  located: (name: RepositoryName, digest: Digest) => `located ${name} ${digest}`,
  repository: (name: RepositoryName) => `repository ${name}`,
  tag: (label: string) => `tag ${label}`,
} as const

/** A tag and everything that it rests on. */
export interface Dependant {
  readonly label: string
  subjects(): Iterable<string>
}

/** @param found by subject */
export function attribute(
  found: ReadonlyMap<string, Omit<Damage, "breaks">>,
  dependants: Iterable<Dependant>,
): readonly Damage[] {
  if (found.size === 0) return []
  const breaks = new Map([...found.keys()].map((subject) => [subject, new Set<string>()]))
  for (const { label, subjects } of dependants) {
    for (const subject of subjects()) breaks.get(subject)?.add(label)
  }
  return [...found]
    .map(([subject, damage]) => ({ ...damage, breaks: [...(breaks.get(subject) ?? [])].toSorted() }))
    .toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
}
