/**
 * Small objects of the layout: whole reads, and links.
 * @module
 */
import { collected } from "../chunks.ts"
import { type Digest, isDigest } from "../oci/digest.ts"
import { isStorageError, type StorageDriver, StorageError } from "../storage/driver.ts"

/** Bytes; far beyond any link, so that a damaged one is read, and named, rather than truncated. */
const LINK_LIMIT = 4096

/**
 * Reads a whole object of at most `limit` bytes; undefined if there is none.
 * @throws StorageError UPLOAD_INVALID when it is larger: something else wrote to this key
 */
export async function readWhole(
  driver: StorageDriver,
  key: string,
  limit: number,
  signal?: AbortSignal,
): Promise<Buffer | undefined> {
  return (await readObject(driver, key, limit, signal))?.bytes
}

async function readObject(
  driver: StorageDriver,
  key: string,
  limit: number,
  signal?: AbortSignal,
): Promise<{ readonly bytes: Buffer; readonly etag: string } | undefined> {
  const object = await driver.read(key, { signal }).catch((error: unknown) => {
    if (isStorageError(error, "NOT_FOUND")) return undefined
    throw error
  })
  if (!object) return undefined
  if (object.size > limit) {
    object.body.destroy()
    throw damaged(driver, key, `it has ${object.size} bytes, more than the ${limit} that it may have`)
  }
  return { bytes: await collected(object.body), etag: object.etag }
}

/** The digest that a link names; undefined if there is no link. */
export async function readLink(
  driver: StorageDriver,
  key: string,
  signal?: AbortSignal,
): Promise<Digest | undefined> {
  return (await readLinkVersion(driver, key, signal))?.digest
}

/** A link as it stood at one moment. */
export interface LinkVersion {
  readonly digest: Digest
  /** By which the store recognizes it, for a compare-and-swap. */
  readonly etag: string
}

/** As {@link readLink}, with what it takes to replace just this version. */
export async function readLinkVersion(
  driver: StorageDriver,
  key: string,
  signal?: AbortSignal,
): Promise<LinkVersion | undefined> {
  const object = await readObject(driver, key, LINK_LIMIT, signal)
  if (!object) return undefined
  const text = object.bytes.toString("latin1")
  // Distribution 3.0 and 3.1 append links on Azure, and a retried append doubles the content (distribution#4887).
  const once = /^(?<digest>sha\d+:[a-f0-9]+?)\k<digest>*$/.exec(text)?.groups?.["digest"] ?? text
  if (isDigest(once)) return { digest: once, etag: object.etag }
  throw damaged(driver, key, `it holds '${text.slice(0, 80)}' and not a digest`)
}

/** Whether there is any object whose key starts so. */
export async function hasObjects(driver: StorageDriver, prefix: string): Promise<boolean> {
  for await (const _ of driver.list(prefix)) return true
  return false
}

/** Writes a link that always has the same content: to find it there is as good as to have written it. */
export async function writeLink(driver: StorageDriver, key: string, digest: Digest): Promise<void> {
  await writeOnce(driver, key, Buffer.from(digest, "latin1"))
}

/** Writes an object whose key decides its content: a loser of the race has lost nothing. False if it was there already. */
export async function writeOnce(driver: StorageDriver, key: string, bytes: Uint8Array): Promise<boolean> {
  return unlessPresent(() => driver.write(key, bytes, { ifAbsent: true }))
}

/** Runs a create-only write of content-addressed bytes; that they are there already is success, and false. */
export async function unlessPresent(write: () => Promise<unknown>): Promise<boolean> {
  try {
    await write()
    return true
  } catch (error) {
    if (isStorageError(error, "PRECONDITION_FAILED")) return false
    throw error
  }
}

/**
 * Fails if one of them does, but only when all have ended: what the others still send must not be taken from under them, as a
 * buffer is that somebody else then fills.
 */
export async function together<T extends readonly Promise<unknown>[]>(
  ...works: T
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(works)
  return Promise.all(works)
}

function damaged(driver: StorageDriver, key: string, reason: string): StorageError {
  return new StorageError("UPLOAD_INVALID", `The object '${key}' is damaged: ${reason}.`, {
    driver: driver.name,
    key,
  })
}
