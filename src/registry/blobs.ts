/**
 * Blobs: is it there, its bytes, its mount into another repository, its removal from one.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-blobs
 * @module
 */
import { algorithmOf, type Digest } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import type { RepositoryName } from "../oci/reference.ts"
import { type Body, type ByteRange, isStorageError, type ObjectRead } from "../storage/driver.ts"
import { mapSome } from "./at-once.ts"
import type { Visible } from "./catalog.ts"
import type { RegistryContext } from "./context.ts"
import { blobData, layerLink } from "./layout.ts"
import { createMountSources } from "./mount-sources.ts"
import { readLink, writeLink } from "./objects.ts"
import { createRightBefore } from "./right-before.ts"
import { told, verified } from "./verified.ts"

interface BlobStat {
  readonly digest: Digest
  /** Bytes. */
  readonly size: number
}

export interface BlobLocation extends BlobStat {
  /** Where its bytes are to be read, by whoever has it; undefined: here. */
  readonly url?: URL | undefined
}

interface BlobRead extends BlobStat {
  readonly body: Body
}

export interface Blobs {
  /** Undefined if this repository (or, by scope, the store) has no such blob. */
  stat(name: RepositoryName, digest: Digest, signal?: AbortSignal): Promise<BlobStat | undefined>
  /** As `stat`, for whoever is about to read. Present where clients may be sent to the store. */
  readonly locate?: (
    name: RepositoryName,
    digest: Digest,
    signal?: AbortSignal,
  ) => Promise<BlobLocation | undefined>
  /**
   * Opens a blob. Read whole, it is hashed on the way: a body with a wrong byte ends in an error, never in its last chunk.
   * @throws RegistryError BLOB_UNKNOWN
   */
  read(name: RepositoryName, digest: Digest, range?: ByteRange, signal?: AbortSignal): Promise<BlobRead>
  /**
   * Links a blob that the store has into `name`; false if it has not, or not where it may be seen.
   * @param from a repository, or which ones may be seen; undefined: none of those asked for
   */
  mount(name: RepositoryName, digest: Digest, from: RepositoryName | Visible | undefined): Promise<boolean>
  /** Writes the repository's link, unless it is known to be there. */
  link(name: RepositoryName, digest: Digest): Promise<void>
  /** Asks once more for the blobs that were found, not written: a collection may have run meanwhile. Returns those now gone. */
  recheck(): Promise<readonly Digest[]>
  /**
   * Removes the repository's link; the bytes are left to garbage collection.
   * @throws RegistryError BLOB_UNKNOWN
   */
  delete(name: RepositoryName, digest: Digest): Promise<void>
}

export function createBlobs(context: RegistryContext): Blobs {
  const { driver, memory, scope, rewrite, onBlob, redirect } = context
  const sources = createMountSources(driver)
  const rightBefore = createRightBefore()

  async function link(name: RepositoryName, digest: Digest): Promise<void> {
    if (memory.isLinked(name, digest)) return
    await writeLink(driver, layerLink(name, digest), digest)
    memory.addLink(name, digest)
    sources.add(name, digest)
  }

  /**
   * The digest under which the bytes lie. A stock registry keeps a blob that was pushed by sha512 at its sha256 only, and says so
   * in the link: links are followed, never assumed to equal the digest in their path.
   */
  async function follow(
    name: RepositoryName,
    digest: Digest,
    signal?: AbortSignal,
  ): Promise<Digest | undefined> {
    if (scope === "store" && (rewrite || algorithmOf(digest) === "sha256")) return digest
    return readLink(driver, layerLink(name, digest), signal)
  }

  async function statData(digest: Digest, signal?: AbortSignal): Promise<BlobStat | undefined> {
    const known = memory.sizeOf(digest)
    if (known !== undefined) return { digest, size: known }
    if (scope === "store" && rewrite) {
      memory.addMissing(digest)
      return undefined
    }
    const object = await driver.stat(blobData(digest), { signal }).catch((error: unknown) => {
      // S3 answers 403 for a missing key to those who may not list the bucket, and containerd gives up on anything but 200 and 404.
      if (scope === "store" && isStorageError(error, "ACCESS_DENIED")) return undefined
      throw error
    })
    if (!object) {
      memory.addMissing(digest)
      return undefined
    }
    if (scope === "store") {
      memory.addFound(digest, object.size)
      onBlob({ type: "present", digest, size: object.size })
    }
    return { digest, size: object.size }
  }

  /** What lies where the repository's link leads. */
  async function find(
    name: RepositoryName,
    digest: Digest,
    signal?: AbortSignal,
  ): Promise<BlobStat | undefined> {
    if (scope === "store" && memory.sizeOf(digest) !== undefined) return statData(digest, signal)
    const target = await follow(name, digest, signal)
    const found = target && (await statData(target, signal))
    return found ?? (scope === "store" && target !== digest ? statData(digest, signal) : undefined)
  }

  /** The whole blob, of which nothing wrong is given out as complete. */
  function right({ body, fingerprint }: ObjectRead, blob: BlobStat): Body {
    if (fingerprint === undefined) return verified(body, blob)
    if (rightBefore.has(blob.digest, fingerprint)) return body
    return verified(body, blob, () => rightBefore.add(blob.digest, fingerprint))
  }

  return {
    link,

    async stat(name, digest, signal) {
      const found = await find(name, digest, signal)
      return found && { digest, size: found.size }
    },

    ...(redirect && {
      async locate(name: RepositoryName, digest: Digest, signal?: AbortSignal) {
        const found = await find(name, digest, signal)
        if (!found) return undefined
        const url = await redirect(blobData(found.digest), found.size, signal)
        return { digest, size: found.size, url }
      },
    }),

    async read(name, digest, range, signal) {
      const target = (await follow(name, digest, signal)) ?? (scope === "store" ? digest : undefined)
      if (!target) throw blobUnknown(name, digest)
      const object = await driver
        .read(blobData(target), { signal, immutable: true, ...(range && { range }) })
        .catch((error: unknown) => {
          if (isStorageError(error, "NOT_FOUND")) throw blobUnknown(name, digest)
          throw error
        })
      const found = { digest, size: object.size }
      return { ...found, body: range ? object.body : told(right(object, found), found, onBlob) }
    },

    async mount(name, digest, from) {
      if (scope === "repository") {
        if (!from) return false
        if (typeof from === "string" && !(await sources.isLinked(from, digest))) return false
      }
      if (!(await statData(digest))) return false
      if (scope === "repository" && typeof from === "function") {
        if (!(await sources.isLinkedAnywhere(digest, from))) return false
      }
      const isLinked = scope === "repository" && from === name
      if (!isLinked) await link(name, digest)
      return true
    },

    async recheck() {
      const found = memory.found()
      const stats = await mapSome(found, (digest) => driver.stat(blobData(digest)))
      return found.filter((_, index) => !stats[index])
    },

    async delete(name, digest) {
      const key = layerLink(name, digest)
      if (!(await driver.stat(key))) throw blobUnknown(name, digest)
      await driver.delete(key)
      memory.forget(digest)
    },
  }
}

export function blobUnknown(name: RepositoryName, digest: Digest): RegistryError {
  return new RegistryError("BLOB_UNKNOWN", {
    message: `the blob ${digest} is not in the store`,
    detail: { name, digest },
  })
}
