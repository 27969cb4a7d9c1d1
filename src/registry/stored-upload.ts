/**
 * One upload session in the store, as one request finds it. Between two requests nothing of it is in this process but, perhaps,
 * its hash.
 * @module
 */
import { algorithmOf, type Digest } from "../oci/digest.ts"
import { RegistryError } from "../oci/errors.ts"
import type { RepositoryName } from "../oci/reference.ts"
import { isStorageError, type StorageDriver } from "../storage/driver.ts"
import type { BlobWriter } from "./blob-writer.ts"
import { checkDigest, checkSize } from "./hashing.ts"
import { uploadPart, uploadRoot, uploadStarted } from "./layout.ts"
import { createRunningHash, type RunningHash, type RunningHashes } from "./running-hashes.ts"
import { tolerant } from "./tolerant.ts"
import { listParts, readParts, sizeOf, type UploadPart } from "./upload-parts.ts"
import { type Chunk, checkStart, type UploadSession, uploadUnknown } from "./upload-session.ts"

interface StoredUpload {
  readonly driver: StorageDriver
  readonly writer: BlobWriter
  readonly hashes: RunningHashes
  readonly name: RepositoryName
  readonly id: string
  readonly parts: readonly UploadPart[]
}

export function openStoredUpload({
  driver,
  writer,
  hashes,
  name,
  id,
  ...found
}: StoredUpload): UploadSession {
  let { parts } = found

  async function append({ source, start, size }: Chunk): Promise<void> {
    const offset = sizeOf(parts)
    checkStart(start, offset)
    const body = tolerant(source)
    const key = uploadPart(name, id, offset)
    const hash = takeHash(offset)
    await using part = await driver.createUpload(key, { ifAbsent: true })
    try {
      await part.append(hashedBy(hash, body.chunks))
      // What did arrive is kept: after a broken connection the client may go on from there.
      if (part.size > 0) await part.commit({ ifAbsent: true })
    } catch (error) {
      if (!isStorageError(error, "PRECONDITION_FAILED")) throw error
      // The client's own earlier attempt, which another process took, was faster.
      await refresh()
      checkStart(offset, sizeOf(parts))
      throw error
    }
    if (part.size > 0) parts = [...parts, { key, offset, size: part.size }]
    if (hash) hashes.keep(id, hash)
    body.rethrow()
    checkSize(size, part.size)
  }

  /** The hash of everything before `offset`, if this process has seen it all. */
  function takeHash(offset: number): RunningHash | undefined {
    const hash = hashes.take(id)
    if (hash?.offset === offset) return hash
    return offset === 0 ? createRunningHash() : undefined
  }

  async function refresh(): Promise<void> {
    const found = await listParts(driver, name, id)
    if (!found) throw uploadUnknown(id)
    parts = found
  }

  /** Reads of the bytes what this process has not seen. */
  async function check(digest: Digest): Promise<void> {
    const algorithm = algorithmOf(digest)
    const known = hashes.take(id)
    const hash = known?.algorithm === algorithm ? known : createRunningHash(algorithm)
    const missed = parts.filter(({ offset }) => offset >= hash.offset)
    for await (const chunk of readParts(driver, missed)) hash.update(chunk)
    checkDigest(hash.digest(), digest)
  }

  async function publish(digest: Digest): Promise<void> {
    const [only, ...others] = parts
    if (!only || others.length > 0) {
      return writer.put(name, digest, readParts(driver, parts), sizeOf(parts))
    }
    await check(digest)
    return writer.adopt(name, digest, only)
  }

  async function end(): Promise<void> {
    hashes.take(id)
    const keys: string[] = []
    for await (const { key } of driver.list(uploadRoot(name, id))) keys.push(key)
    // The time last: what is left after a crash still expires.
    const started = uploadStarted(name, id)
    await driver.delete([...keys.filter((key) => key !== started), started])
  }

  return {
    id,
    append,
    cancel: end,

    get size() {
      return sizeOf(parts)
    },

    async commit(digest, chunk) {
      checkStart(chunk.start, sizeOf(parts))
      try {
        if (parts.length === 0) await writer.put(name, digest, chunk.source, chunk.size)
        else {
          await append(chunk)
          await publish(digest)
        }
      } catch (error) {
        // Anything else may be tried again: every byte that was acknowledged is still there.
        if (error instanceof RegistryError && error.code === "DIGEST_INVALID") await end()
        throw error
      }
      // The blob is stored, whatever becomes of its parts: they expire.
      await end().catch(() => undefined)
    },
  }
}

async function* hashedBy(
  hash: RunningHash | undefined,
  chunks: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  for await (const chunk of chunks) {
    hash?.update(chunk)
    yield chunk
  }
}
