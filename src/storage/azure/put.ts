/**
 * Writing an object in one request.
 * @module
 */
import { randomUUID } from "node:crypto"
import { isStorageError, type WriteOptions, type Written } from "../driver.ts"
import type { AzureContainer } from "./container.ts"
import { statObject } from "./read.ts"
import { replaceObject } from "./replace.ts"

/** What a stock registry stores everything as. */
export const HEADERS = { blobHTTPHeaders: { blobContentType: "application/octet-stream" } }

/** Bytes: the smallest block that can be asked for. Only larger objects are uploaded in several. */
const SMALLEST_BLOCK = 64 * 1024

export async function putObject(
  container: AzureContainer,
  key: string,
  body: Uint8Array,
  options: WriteOptions,
): Promise<Written> {
  try {
    return await replaceObject(container, key, options, async (conditions) => {
      const { etag, versionId } = await container.call({ key, signal: options.signal }, (handling) =>
        container.blob(key).upload(body, body.byteLength, { ...handling, ...HEADERS, conditions }),
      )
      return { etag: container.expect(etag, "ETag", key), version: versionId }
    })
  } catch (error) {
    if (await isHeldByBlocks(container, key, body, options, error))
      return putAsBlock(container, key, body, options)
    if (options.ifMatch === undefined || !isStorageError(error, "NOT_FOUND")) throw error
    const sentence = `${key} in the container ${container.name} has changed: it is gone.`
    throw container.error("PRECONDITION_FAILED", sentence, key)
  }
}

/**
 * Whether a name is refused as taken though no object has it: blocks of a writer that died lie there, and the service keeps them for
 * a week. To take the refusal for an object would be to lose this one.
 */
async function isHeldByBlocks(
  container: AzureContainer,
  key: string,
  body: Uint8Array,
  { ifAbsent = false, signal }: WriteOptions,
  error: unknown,
): Promise<boolean> {
  if (!ifAbsent || body.byteLength < SMALLEST_BLOCK) return false
  return isStorageError(error, "PRECONDITION_FAILED") && !(await statObject(container, key, { signal }))
}

/** Blocks are committed beside others', and under the same condition. */
async function putAsBlock(
  container: AzureContainer,
  key: string,
  body: Uint8Array,
  { signal }: WriteOptions,
): Promise<Written> {
  const blob = container.blob(key)
  const id = blockId(randomUUID(), 1)
  await container.call({ key, signal }, (handling) => blob.stageBlock(id, body, body.byteLength, handling))
  const { etag, versionId } = await container.call({ key, signal }, (handling) =>
    blob.commitBlockList([id], { ...handling, ...HEADERS, conditions: { ifNoneMatch: "*" } }),
  )
  return { etag: container.expect(etag, "ETag", key), version: versionId }
}

/** Of equal length for all writers, as Azure demands of the blocks of one blob; nobody else's for none of them. */
export function blockId(writer: string, number: number): string {
  return Buffer.from(`${writer}-${String(number).padStart(5, "0")}`).toString("base64")
}
