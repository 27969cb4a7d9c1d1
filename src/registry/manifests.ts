/**
 * Manifests and indexes: stored byte for byte, and only when everything that they name is there.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests
 * @module
 */
import { algorithmOf, type Digest, digestOf } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import { type Manifest, parseManifest, requiredBlobs } from "../oci/manifest.ts"
import type { Reference, RepositoryName, Tag } from "../oci/reference.ts"
import { mapSome } from "./at-once.ts"
import type { Blobs } from "./blobs.ts"
import type { RegistryContext } from "./context.ts"
import { checkDigest } from "./hashing.ts"
import { revisionLink } from "./layout.ts"
import type { StoredManifest } from "./manifest-cache.ts"
import type { ManifestStore } from "./manifest-store.ts"
import { together } from "./objects.ts"
import type { Referrers } from "./referrers.ts"
import type { Tags } from "./tags.ts"
import { manifestBlobUnknown } from "./unknown-blobs.ts"

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
   * @param moreTags to be moved to it as well
   * @throws RegistryError MANIFEST_INVALID, DIGEST_INVALID, MANIFEST_BLOB_UNKNOWN; TagExistsError
   */
  put(
    name: RepositoryName,
    reference: Reference,
    bytes: Uint8Array,
    contentType: string | undefined,
    moreTags?: readonly Tag[],
  ): Promise<{ readonly digest: Digest; readonly manifest: Manifest }>
  /** Removes every tag that names it, then the manifest. @throws RegistryError MANIFEST_UNKNOWN */
  delete(name: RepositoryName, digest: Digest): Promise<void>
}

interface Parts {
  readonly store: ManifestStore
  readonly blobs: Blobs
  readonly tags: Tags
  /** Kept up to date, if given: an ephemeral registry leaves that to its clients. */
  readonly referrers: Referrers | undefined
}

export function createManifests(
  { driver, scope, rewrite }: RegistryContext,
  { store, blobs, tags, referrers }: Parts,
): Manifests {
  /** Among several users nobody sees what is not linked, by whatever name: another process may have deleted it. */
  async function find(
    name: RepositoryName,
    reference: Reference,
    needsLink: boolean,
    signal?: AbortSignal,
  ): Promise<StoredManifest> {
    const digest = reference.digest ?? (await tags.resolve(name, reference.tag, signal))
    if (!digest) throw manifestUnknown(name, reference)
    const checked = needsLink ? store.isLinked(name, digest, signal) : true
    const [stored, linked] = await Promise.all([store.load(digest, signal), checked])
    if (!stored || !linked) throw manifestUnknown(name, reference)
    return stored
  }

  /** Refuses a manifest that names what is not there; links owed for blobs that were found elsewhere in the store are paid. */
  async function settle(name: RepositoryName, manifest: Manifest, digest: Digest): Promise<void> {
    const needed = requiredBlobs(manifest)
    const children = [...new Map(manifest.manifests.map((child) => [child.digest, child])).values()]
    const found = [
      ...(await mapSome(needed, async (blob) => (await blobs.stat(name, blob.digest)) !== undefined)),
      ...(await mapSome(children, (child) => store.isLinked(name, child.digest))),
    ]
    const missing = [...needed, ...children].filter((_, index) => !found[index])
    if (missing.length > 0) {
      throw manifestBlobUnknown(missing, rewrite ? "were not sent" : "the store does not have")
    }
    // Among several users a blob that was found is linked: nothing is owed.
    if (scope === "store") await mapSome(needed, (blob) => blobs.link(name, blob.digest))
    // A repository with manifests but without a single layer link makes a stock registry's collector give up, or collect it
    // all: an index of nothing links itself.
    if (needed.length === 0 && manifest.manifests.length === 0) await blobs.link(name, digest)
  }

  return {
    read: (name, reference, signal) => find(name, reference, scope === "repository", signal),

    stat(name, reference, signal) {
      if (rewrite) throw manifestUnknown(name, reference)
      return find(name, reference, scope === "repository" || reference.digest !== undefined, signal)
    },

    async put(name, reference, bytes, contentType, moreTags = []) {
      const manifest = parseManifest(bytes, contentType)
      const digest = digestOf(bytes, reference.digest && algorithmOf(reference.digest))
      if (reference.digest) checkDigest(digest, reference.digest)
      const { tag } = reference
      if (tag && !rewrite && tags.known(name, tag) === digest) return { digest, manifest }
      const wanted = [...(tag ? [tag] : []), ...moreTags]
      await Promise.all(wanted.map((each) => tags.admit(name, each, digest)))
      await settle(name, manifest, digest)
      const stored = { digest, bytes, mediaType: manifest.mediaType }
      await store.write(name, stored)
      await referrers?.add(name, stored, manifest)
      await together(...wanted.map((each) => tags.set(name, each, digest)))
      return { digest, manifest }
    },

    async delete(name, digest) {
      const revision = revisionLink(name, digest)
      if (!(await driver.stat(revision))) throw manifestUnknown(name, { digest })
      // What names it first: what is left after a crash may be untagged, but nothing names what is gone.
      const stored = referrers && (await store.loadSound(digest))
      if (stored) await referrers.remove(name, digest, parseManifest(stored.bytes))
      await driver.delete([...(await tags.keysNaming(name, digest)), revision])
      store.forget(digest)
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
