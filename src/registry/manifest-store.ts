/**
 * Manifests as objects of the layout: bytes that never change, and the links by which a repository has them.
 * @module
 */
import { algorithmOf, type Digest, digestOf } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import { MANIFEST_LIMIT, parseManifest } from "../oci/manifest.ts"
import type { RepositoryName } from "../oci/reference.ts"
import { isStorageError } from "../storage/driver.ts"
import type { RegistryContext } from "./context.ts"
import { blobData, revisionLink } from "./layout.ts"
import { createManifestCache, type StoredManifest } from "./manifest-cache.ts"
import { readLink, readWhole, together, writeLink, writeOnce } from "./objects.ts"

export interface ManifestStore {
  /** Whether the repository has the manifest. */
  isLinked(name: RepositoryName, digest: Digest, signal?: AbortSignal): Promise<boolean>
  /** The bytes, whichever repository has them. @throws RegistryError MANIFEST_INVALID if they are damaged */
  load(digest: Digest, signal?: AbortSignal): Promise<StoredManifest | undefined>
  /** As {@link load}, but what is damaged counts as gone. */
  loadSound(digest: Digest, signal?: AbortSignal): Promise<StoredManifest | undefined>
  /** Writes bytes and link. Everything that the manifest needs must be there. */
  write(name: RepositoryName, manifest: StoredManifest): Promise<void>
  /** To be called when the link was deleted. */
  forget(digest: Digest): void
}

export function createManifestStore({ driver, memory }: RegistryContext): ManifestStore {
  const cache = createManifestCache()

  async function load(digest: Digest, signal?: AbortSignal): Promise<StoredManifest | undefined> {
    const cached = cache.get(digest)
    if (cached) return cached
    const bytes = await readWhole(driver, blobData(digest), MANIFEST_LIMIT, signal)
    if (!bytes) return undefined
    checkStored(digest, bytes)
    const stored = { digest, bytes, mediaType: parseManifest(bytes).mediaType }
    cache.add(stored)
    return stored
  }

  return {
    load,

    async isLinked(name, digest, signal) {
      if (memory.isLinked(name, digest)) return true
      const linked = (await readLink(driver, revisionLink(name, digest), signal)) !== undefined
      if (linked) memory.addLink(name, digest)
      return linked
    },

    loadSound(digest, signal) {
      return load(digest, signal).catch((error: unknown) => {
        if (error instanceof RegistryError || isStorageError(error, "UPLOAD_INVALID")) return undefined
        throw error
      })
    },

    async write(name, manifest) {
      const { digest, bytes } = manifest
      await together(
        writeOnce(driver, blobData(digest), bytes),
        writeLink(driver, revisionLink(name, digest), digest),
      )
      memory.addLink(name, digest)
      cache.add(manifest)
    },

    forget(digest) {
      memory.forget(digest)
      cache.delete(digest)
    },
  }
}

function checkStored(digest: Digest, bytes: Uint8Array): void {
  const actual = digestOf(bytes, algorithmOf(digest))
  if (actual === digest) return
  throw new RegistryError("MANIFEST_INVALID", {
    status: 500,
    message: `the manifest ${digest} is corrupt in the store: its bytes hash to ${actual}`,
  })
}
