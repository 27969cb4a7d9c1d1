/**
 * Blob uploads: sessions that bytes are appended to, and whole bodies whose digest is known beforehand.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs
 * @module
 */
import type { DigestAlgorithm } from "../oci/digest.ts"
import type { RepositoryName } from "../oci/reference.ts"
import { type BlobWriter, createBlobWriter } from "./blob-writer.ts"
import type { Blobs } from "./blobs.ts"
import type { RegistryContext } from "./context.ts"
import { purgeUploads } from "./purge-uploads.ts"
import { createMemorySessions } from "./memory-sessions.ts"
import { createStoredSessions } from "./stored-sessions.ts"
import type { UploadSession } from "./upload-session.ts"

/** Where upload sessions live. */
export interface UploadSessions {
  /** @param algorithm by which the digest will be, if the client knows it already */
  create(name: RepositoryName, algorithm?: DigestAlgorithm): Promise<UploadSession>
  /** @throws RegistryError BLOB_UPLOAD_UNKNOWN */
  get(name: RepositoryName, id: string): Promise<UploadSession>
  /** Drops every session that was neither completed nor cancelled and that nobody else could go on with. */
  abandon(): Promise<void>
}

export interface Uploads extends UploadSessions, Pick<BlobWriter, "put"> {
  /**
   * Removes what is left of uploads that have not moved since: sessions in the store, ours and a stock registry's, and what the
   * store itself keeps of unfinished ones.
   * @returns how many
   */
  purge(olderThan: Date): Promise<number>
}

export function createUploads(context: RegistryContext, blobs: Blobs): Uploads {
  const writer = createBlobWriter(context, blobs)
  const create = context.sessions === "stored" ? createStoredSessions : createMemorySessions
  return {
    ...create(context, writer),
    put: writer.put,
    purge: (olderThan) => purgeUploads(context.driver, olderThan),
  }
}
