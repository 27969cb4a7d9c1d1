/**
 * Blob uploads: sessions that bytes are appended to, and whole bodies whose digest is known beforehand.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs
 * @module
 */
import { randomUUID } from "node:crypto"
import type { Digest } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import type { RepositoryName } from "../oci/reference.ts"
import type { Blobs } from "./blobs.ts"
import type { RegistryContext } from "./context.ts"
import { hashing } from "./hashing.ts"
import { blobData } from "./layout.ts"
import { unlessPresent, writeOnce } from "./objects.ts"
import { createSpool, SPOOL_MEMORY } from "./spool.ts"
import { openStaging } from "./staging.ts"
import { openTempFile } from "./temp-file.ts"
import { createUploadSession, type UploadSession } from "./upload-session.ts"

export interface Uploads {
  create(name: RepositoryName): UploadSession
  /** @throws RegistryError BLOB_UPLOAD_UNKNOWN */
  get(name: RepositoryName, id: string): UploadSession
  /**
   * Stores a whole body: straight to its final key, visible only once its bytes hash to `digest`.
   * @param size bytes to come, if the client said so
   * @throws RegistryError DIGEST_INVALID, SIZE_INVALID
   */
  put(name: RepositoryName, digest: Digest, source: AsyncIterable<Uint8Array>, size?: number): Promise<void>
  /** Drops every session that was neither completed nor cancelled. */
  abandon(): Promise<void>
}

export function createUploads(context: RegistryContext, blobs: Blobs): Uploads {
  const { driver, memory, onBlob, budget, tempDir } = context
  const sessions = new Map<string, UploadSession>()

  /**
   * Links the blob and answers true if the store has it. It is not asked for one that the client has just heard to be missing, nor
   * for a small one: to write that, create-only, is one request as well.
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
    const [isNew] = await Promise.all([storeData(), blobs.link(name, digest)])
    if (isNew) memory.add(digest, size)
    else memory.addFound(digest, size)
    onBlob({ type: isNew ? "finished" : "present", digest, size })
  }

  async function put(
    name: RepositoryName,
    digest: Digest,
    source: AsyncIterable<Uint8Array>,
    size?: number,
  ): Promise<void> {
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
  }

  function openSession(name: RepositoryName, id: string): UploadSession {
    // Bytes on their way to a staging key belong to no digest yet: they are not reported.
    let publishing: Digest | undefined
    const onStored = (bytes: number): void => {
      if (publishing) onBlob({ type: "moved", digest: publishing, bytes })
    }
    const spool = createSpool(budget, () =>
      driver.renames
        ? openStaging({ driver, name, id, onStored })
        : openTempFile({ driver, directory: tempDir, onStored }),
    )
    return createUploadSession({
      id,
      spool,
      put: (digest, source, size) => put(name, digest, source, size),
      onEnd: () => void sessions.delete(sessionKey(name, id)),
      async publish(digest) {
        const { size } = spool
        if (await linkPresent(name, digest, size)) return
        publishing = digest
        onBlob({ type: "started", digest, size })
        const key = blobData(digest)
        await publish(name, digest, size, () => spool.store(key, (bytes) => writeOnce(driver, key, bytes)))
      },
    })
  }

  return {
    put,

    create(name) {
      const id = randomUUID()
      const session = openSession(name, id)
      sessions.set(sessionKey(name, id), session)
      return session
    },

    get(name, id) {
      const session = sessions.get(sessionKey(name, id))
      if (session) return session
      throw new RegistryError("BLOB_UPLOAD_UNKNOWN", { detail: { id } })
    },

    async abandon() {
      await Promise.all([...sessions.values()].map((session) => session.cancel()))
    },
  }
}

function sessionKey(name: RepositoryName, id: string): string {
  return `${name}:${id}`
}
