/**
 * Manifests by digest, in memory: their bytes never change, and clients ask for one several times in a row (HEAD, then GET).
 * @module
 */
import type { Digest } from "../oci/digest.ts"
import type { ManifestMediaType } from "../oci/media-types.ts"

export interface StoredManifest {
  readonly digest: Digest
  readonly mediaType: ManifestMediaType
  readonly bytes: Uint8Array
}

/** Bytes of manifests kept. */
const LIMIT = 16 * 1024 * 1024

export interface ManifestCache {
  get(digest: Digest): StoredManifest | undefined
  add(manifest: StoredManifest): void
  delete(digest: Digest): void
}

/** Forgets what was not asked for the longest. */
export function createManifestCache(): ManifestCache {
  const entries = new Map<Digest, StoredManifest>()
  let bytes = 0

  function remove(digest: Digest): void {
    bytes -= entries.get(digest)?.bytes.length ?? 0
    entries.delete(digest)
  }

  return {
    delete: remove,

    get(digest) {
      const entry = entries.get(digest)
      if (entry) {
        entries.delete(digest)
        entries.set(digest, entry)
      }
      return entry
    },

    add(manifest) {
      remove(manifest.digest)
      entries.set(manifest.digest, manifest)
      bytes += manifest.bytes.length
      for (const oldest of entries.keys()) {
        if (bytes <= LIMIT) break
        remove(oldest)
      }
    },
  }
}
