/**
 * Writing an object in one request.
 * @module
 */
import { isStorageError, type WriteOptions } from "../driver.ts"
import type { AzureContainer } from "./container.ts"
import { replaceObject } from "./replace.ts"

/** What a stock registry stores everything as. */
export const HEADERS = { blobHTTPHeaders: { blobContentType: "application/octet-stream" } }

/** Returns the etag. */
export async function putObject(
  container: AzureContainer,
  key: string,
  body: Uint8Array,
  options: WriteOptions,
): Promise<string> {
  try {
    return await replaceObject(container, key, options, async (conditions) => {
      const { etag } = await container.call({ key, signal: options.signal }, (handling) =>
        container.blob(key).upload(body, body.byteLength, { ...handling, ...HEADERS, conditions }),
      )
      return container.expect(etag, "ETag", key)
    })
  } catch (error) {
    if (options.ifMatch === undefined || !isStorageError(error, "NOT_FOUND")) throw error
    const sentence = `${key} in the container ${container.name} has changed: it is gone.`
    throw container.error("PRECONDITION_FAILED", sentence, key)
  }
}
