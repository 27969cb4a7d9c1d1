/**
 * Manifests and indexes: stored byte for byte, and only when everything that they name is there.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests
 * @module
 */
import { algorithmOf, type Digest, digestOf } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import { type Manifest, MANIFEST_LIMIT, parseManifest, requiredBlobs } from "../oci/manifest.ts"
import type { Reference, RepositoryName } from "../oci/reference.ts"
import type { Blobs } from "./blobs.ts"
import type { RegistryContext } from "./context.ts"
import { checkDigest } from "./hashing.ts"
import { blobData, revisionLink } from "./layout.ts"
import { createManifestCache, type StoredManifest } from "./manifest-cache.ts"
import { readLink, readWhole, writeLink, writeOnce } from "./objects.ts"
import type { Tags } from "./tags.ts"

export interface Manifests {
  /** @throws RegistryError MANIFEST_UNKNOWN */
  read(name: RepositoryName, reference: Reference, signal?: AbortSignal): Promise<StoredManifest>
  /**
   * As {@link read}, but for a client that asks in order to leave a push out: a digest is there only if this repository links it.
   * @throws RegistryError MANIFEST_UNKNOWN
   */
  stat(name: RepositoryName, reference: Reference, signal?: AbortSignal): Promise<StoredManifest>
  /**
   * @param contentType what the client declares it to be
   * @throws RegistryError MANIFEST_INVALID, DIGEST_INVALID, MANIFEST_BLOB_UNKNOWN
   */
  put(
    name: RepositoryName,
    reference: Reference,
    bytes: Uint8Array,
    contentType: string | undefined,
  ): Promise<{ readonly digest: Digest; readonly manifest: Manifest }>
  /** Removes every tag that names it, then the manifest. @throws RegistryError MANIFEST_UNKNOWN */
  delete(name: RepositoryName, digest: Digest): Promise<void>
}

export function createManifests(context: RegistryContext, blobs: Blobs, tags: Tags): Manifests {
  const { driver, memory, scope, rewrite } = context
  const cache = createManifestCache()

  async function isLinked(name: RepositoryName, digest: Digest, signal?: AbortSignal): Promise<boolean> {
    if (memory.isLinked(name, digest)) return true
    const linked = (await readLink(driver, revisionLink(name, digest), signal)) !== undefined
    if (linked) memory.addLink(name, digest)
    return linked
  }

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

  async function find(
    name: RepositoryName,
    reference: Reference,
    needsLink: boolean,
    signal?: AbortSignal,
  ): Promise<StoredManifest> {
    const digest = reference.digest ?? (await tags.resolve(name, reference.tag, signal))
    if (!digest) throw manifestUnknown(name, reference)
    const checked = needsLink && reference.digest ? isLinked(name, digest, signal) : true
    const [stored, linked] = await Promise.all([load(digest, signal), checked])
    if (!stored || !linked) throw manifestUnknown(name, reference)
    return stored
  }

  /** Refuses a manifest that names what is not there; links owed for blobs that were found elsewhere in the store are paid. */
  async function settle(name: RepositoryName, manifest: Manifest, digest: Digest): Promise<void> {
    const needed = requiredBlobs(manifest)
    const found = await Promise.all([
      ...needed.map(async (blob) => (await blobs.stat(name, blob.digest)) !== undefined),
      ...manifest.manifests.map(async (child) => isLinked(name, child.digest)),
    ])
    const missing = [...needed, ...manifest.manifests].filter((_, index) => !found[index])
    if (missing.length > 0) {
      throw new RegistryError("MANIFEST_BLOB_UNKNOWN", {
        message: `the manifest names ${missing.map((each) => each.digest).join(", ")}, which the store does not have`,
        detail: missing.map(({ digest, mediaType }) => ({ digest, mediaType })),
      })
    }
    await Promise.all(needed.map((blob) => blobs.link(name, blob.digest)))
    // A repository with manifests but without a single layer link makes a stock registry's collector give up, or collect it
    // all: an index of nothing links itself.
    if (needed.length === 0 && manifest.manifests.length === 0) await blobs.link(name, digest)
  }

  return {
    read: (name, reference, signal) => find(name, reference, scope === "repository", signal),

    stat(name, reference, signal) {
      if (rewrite) throw manifestUnknown(name, reference)
      return find(name, reference, true, signal)
    },

    async put(name, reference, bytes, contentType) {
      const manifest = parseManifest(bytes, contentType)
      const digest = digestOf(bytes, reference.digest && algorithmOf(reference.digest))
      if (reference.digest) checkDigest(digest, reference.digest)
      const { tag } = reference
      if (tag && !rewrite && tags.known(name, tag) === digest) return { digest, manifest }
      await settle(name, manifest, digest)
      await Promise.all([
        writeOnce(driver, blobData(digest), bytes),
        writeLink(driver, revisionLink(name, digest), digest),
      ])
      memory.addLink(name, digest)
      cache.add({ digest, bytes, mediaType: manifest.mediaType })
      if (tag) await tags.set(name, tag, digest)
      return { digest, manifest }
    },

    async delete(name, digest) {
      const revision = revisionLink(name, digest)
      if (!(await driver.stat(revision))) throw manifestUnknown(name, { digest })
      // Tags first: what is left after a crash may be untagged, but no tag names what is gone.
      await driver.delete([...(await tags.keysNaming(name, digest)), revision])
      memory.forget(digest)
      cache.delete(digest)
    },
  }
}

function manifestUnknown(name: RepositoryName, reference: Reference): RegistryError {
  const what = reference.tag ?? reference.digest
  return new RegistryError("MANIFEST_UNKNOWN", {
    message: `'${name}' has no manifest '${what}'`,
    detail: { name, reference: what },
  })
}

function checkStored(digest: Digest, bytes: Uint8Array): void {
  const actual = digestOf(bytes, algorithmOf(digest))
  if (actual === digest) return
  throw new RegistryError("MANIFEST_INVALID", {
    status: 500,
    message: `the manifest ${digest} is corrupt in the store: its bytes hash to ${actual}`,
  })
}
