/**
 * How a blob gets into the store: its bytes under their digest, and the repository's link.
 * @module
 */
import type { Digest } from "../oci/digest.ts"
import type { RepositoryName } from "../oci/reference.ts"
import type { Blobs } from "./blobs.ts"
import type { RegistryContext } from "./context.ts"
import { hashing } from "./hashing.ts"
import { blobData } from "./layout.ts"
import { together, unlessPresent } from "./objects.ts"
import { SPOOL_MEMORY } from "./spool.ts"

export interface BlobWriter {
  /** Links the blob and answers true if it is known, or worth a question, whether the store has it, and the store does. */
  linkPresent(name: RepositoryName, digest: Digest, size?: number): Promise<boolean>
  /**
   * Stores a whole body: straight to its final key, visible only once its bytes hash to `digest`.
   * @param size bytes to come, if the client said so
   * @throws RegistryError DIGEST_INVALID, SIZE_INVALID
   */
  put(name: RepositoryName, digest: Digest, source: AsyncIterable<Uint8Array>, size?: number): Promise<void>
  /** Stores bytes that are known to hash to `digest` in the way that `storeData` knows, which is false if they were there already. */
  publish(
    name: RepositoryName,
    digest: Digest,
    size: number,
    storeData: () => Promise<boolean>,
  ): Promise<void>
  /** Makes an object whose bytes hash to `digest` the blob: it is moved, unless the store has the blob. */
  adopt(name: RepositoryName, digest: Digest, object: Adoptable): Promise<void>
}

interface Adoptable {
  readonly key: string
  /** Bytes. */
  readonly size: number
}

export function createBlobWriter(
  { driver, memory, rewrite, onBlob }: RegistryContext,
  blobs: Blobs,
): BlobWriter {
  /**
   * The store is not asked for a blob that the client has just heard to be missing, nor for a small one: to write that, create-only,
   * is one request as well.
   */
  async function linkPresent(name: RepositoryName, digest: Digest, size?: number): Promise<boolean> {
    const isSmall = size !== undefined && size <= SPOOL_MEMORY
    if (memory.sizeOf(digest) === undefined && (isSmall || memory.isMissing(digest))) return false
    return blobs.mount(name, digest, name)
  }

  /** Data and link travel together: either without the other, wherever a crash leaves it, is harmless. */
  async function publish(
    name: RepositoryName,
    digest: Digest,
    size: number,
    storeData: () => Promise<boolean>,
  ): Promise<void> {
    const [isNew] = await together(storeData(), blobs.link(name, digest))
    if (isNew) memory.add(digest, size)
    else memory.addFound(digest, size)
    onBlob({ type: isNew ? "stored" : "present", digest, size })
  }

  return {
    linkPresent,
    publish,

    async put(name, digest, source, size) {
      const body = hashing(source, digest)
      if (await linkPresent(name, digest, size)) {
        for await (const _ of body.chunks);
        return body.verify(size)
      }
      onBlob({ type: "started", digest, size: size ?? 0 })
      const onStored = (bytes: number): void => onBlob({ type: "moved", digest, bytes })
      await using upload = await driver.createUpload(blobData(digest), { size, ifAbsent: true, onStored })
      await upload.append(body.chunks)
      body.verify(size)
      // Before the upload is disposed of: nobody would listen meanwhile to what has failed.
      await publish(name, digest, upload.size, () => unlessPresent(() => upload.commit({ ifAbsent: true })))
    },

    async adopt(name, digest, { key, size }) {
      // The link first, which is harmless alone: after the move nobody could try again.
      await blobs.link(name, digest)
      const target = blobData(digest)
      const isNew = rewrite || !(await driver.stat(target))
      if (isNew) await driver.move(key, target)
      onBlob({ type: isNew ? "stored" : "present", digest, size })
    },
  }
}
