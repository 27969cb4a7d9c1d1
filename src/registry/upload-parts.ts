/**
 * The bytes of an upload that lives in the store: one object for each request that brought some, named by the offset of its first
 * byte. What is there has been acknowledged, and any process can go on from it.
 * @module
 */
import type { RepositoryName } from "../oci/reference.ts"
import type { StorageDriver } from "../storage/driver.ts"
import { uploadParts, uploadRoot, uploadStarted } from "./layout.ts"

export interface UploadPart {
  readonly key: string
  /** Of its first byte within the blob. */
  readonly offset: number
  /** Bytes. */
  readonly size: number
}

/** All parts without a gap, in order; undefined where there is no such upload, or it is another registry's. */
export async function listParts(
  driver: StorageDriver,
  name: RepositoryName,
  id: string,
): Promise<readonly UploadPart[] | undefined> {
  const parts: UploadPart[] = []
  const root = uploadParts(name, id)
  let started = false
  for await (const { key, size = 0 } of driver.list(uploadRoot(name, id))) {
    if (key === uploadStarted(name, id)) started = true
    else if (key.startsWith(root)) parts.push({ key, offset: Number(key.slice(root.length)), size })
    else return undefined
  }
  return started ? parts : undefined
}

export function sizeOf(parts: readonly UploadPart[]): number {
  const last = parts.at(-1)
  return last ? last.offset + last.size : 0
}

/** The bytes of the parts, one after the other. */
export async function* readParts(
  driver: StorageDriver,
  parts: readonly UploadPart[],
): AsyncGenerator<Uint8Array> {
  for (const { key } of parts) yield* (await driver.read(key)).body
}
