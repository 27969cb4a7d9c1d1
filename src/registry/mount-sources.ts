/**
 * Where a blob is to be mounted from when the client does not say: some repository that it may read and that has the blob. The
 * layout knows which blobs a repository has, not the other way round, so the search is bounded: a client that gets no mount
 * uploads.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#mounting-a-blob-from-another-repository
 * @module
 */
import type { Digest } from "../oci/digest.ts"
import type { RepositoryName } from "../oci/reference.ts"
import type { StorageDriver } from "../storage/driver.ts"
import type { Visible } from "./catalog.ts"
import { layerLink } from "./layout.ts"
import { readLink } from "./objects.ts"
import { walkRepositories } from "./repositories.ts"

/** Repositories that are looked into for one mount: each costs a listing and a read. */
const SEARCH_LIMIT = 100

/** Blobs whose repository is remembered. */
const MEMORY_LIMIT = 10_000

export interface MountSources {
  /** Remembers that the repository has just been given the blob: it is looked into first. */
  add(name: RepositoryName, digest: Digest): void
  isLinked(name: RepositoryName, digest: Digest): Promise<boolean>
  /** Whether a repository that is visible, of those that are looked into, links the blob. */
  isLinkedAnywhere(digest: Digest, visible: Visible): Promise<boolean>
}

export function createMountSources(driver: StorageDriver): MountSources {
  const recent = new Map<Digest, RepositoryName>()

  async function isLinked(name: RepositoryName, digest: Digest): Promise<boolean> {
    return (await readLink(driver, layerLink(name, digest))) === digest
  }

  return {
    isLinked,

    add(name, digest) {
      recent.delete(digest)
      recent.set(digest, name)
      const [oldest] = recent.keys()
      if (recent.size > MEMORY_LIMIT && oldest) recent.delete(oldest)
    },

    async isLinkedAnywhere(digest, visible) {
      const likely = recent.get(digest)
      if (likely && visible(likely) && (await isLinked(likely, digest))) return true
      let left = SEARCH_LIMIT
      for await (const { name, exists } of walkRepositories(driver)) {
        if (left === 0) return false
        if (!exists) continue
        left -= 1
        if (visible(name) && (await isLinked(name, digest))) return true
      }
      return false
    },
  }
}
