/**
 * What a registry remembers while it lives, so that nothing is asked of the store twice. Only what was seen or written by this
 * very process: the bucket stays the only truth.
 * @module
 */
import type { Digest } from "../oci/digest.ts"
import type { RepositoryName } from "../oci/reference.ts"

export interface RegistryMemory {
  /** Bytes of a blob that is known to be in the store. */
  sizeOf(digest: Digest): number | undefined
  add(digest: Digest, size: number): void
  /** Whether the store was found not to have the blob: nothing is lost if it has got it since. */
  isMissing(digest: Digest): boolean
  addMissing(digest: Digest): void
  forget(digest: Digest): void
  /** Whether this repository's link to the blob or manifest is known to be there. */
  isLinked(name: RepositoryName, digest: Digest): boolean
  addLink(name: RepositoryName, digest: Digest): void
  /** Blobs that were found rather than written: what a collection beside this push could still take away. */
  found(): readonly Digest[]
  addFound(digest: Digest, size: number): void
}

/** The memory of an ephemeral registry: as long as the push. */
export function rememberAll(): RegistryMemory {
  const sizes = new Map<Digest, number>()
  const links = new Set<string>()
  const found = new Set<Digest>()
  const missing = new Set<Digest>()
  return {
    sizeOf: (digest) => sizes.get(digest),
    add: (digest, size) => void sizes.set(digest, size),
    isMissing: (digest) => missing.has(digest) && !sizes.has(digest),
    addMissing: (digest) => void missing.add(digest),
    forget: (digest) => void (sizes.delete(digest), found.delete(digest)),
    isLinked: (name, digest) => links.has(`${name}@${digest}`),
    addLink: (name, digest) => void links.add(`${name}@${digest}`),
    found: () => [...found],
    addFound: (digest, size) => void (sizes.set(digest, size), found.add(digest)),
  }
}

/** The memory of a long-lived registry, where others write to and delete from the same bucket: none. */
export function rememberNothing(): RegistryMemory {
  return {
    sizeOf: () => undefined,
    add: () => undefined,
    isMissing: () => false,
    addMissing: () => undefined,
    forget: () => undefined,
    isLinked: () => false,
    addLink: () => undefined,
    found: () => [],
    addFound: () => undefined,
  }
}
