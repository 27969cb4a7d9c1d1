/**
 * The requests of an upload in blocks. They are staged on the final name and invisible until a list commits them.
 *
 * Nothing needs to be cleaned up, nor can it be: the service drops uncommitted blocks after a week, or as soon as any writer
 * commits that blob. So of two writers of one blob the slower finds its blocks gone.
 * @see https://learn.microsoft.com/rest/api/storageservices/put-block-list
 * @module
 */
import { randomUUID } from "node:crypto"
import { isStorageError } from "../driver.ts"
import type { MultipartCalls } from "../multipart.ts"
import type { AzureContainer } from "./container.ts"
import { blockId, HEADERS, putObject } from "./put.ts"
import { statObject } from "./read.ts"
import { replaceObject } from "./replace.ts"

export function blockCalls(container: AzureContainer, key: string): MultipartCalls<string> {
  const blob = container.blob(key)
  let size = 0
  return {
    async put(body, options) {
      await putObject(container, key, body, options)
    },

    begin: async () => randomUUID(),

    async putPart(writer, number, body, signal) {
      const id = blockId(writer, number)
      size += body.byteLength
      try {
        await container.call({ key, signal }, (handling) =>
          blob.stageBlock(id, body, body.byteLength, handling),
        )
      } catch (error) {
        // The name has been taken by an append blob, as a stock registry uploads them. What that means, the commit knows.
        if (!isStorageError(error, "PRECONDITION_FAILED")) throw error
      }
      return id
    },

    async complete(_writer, blocks, { ifAbsent, signal }) {
      try {
        await replaceObject(container, key, { ifAbsent, signal }, (conditions) =>
          container.call({ key, signal }, (handling) =>
            blob.commitBlockList([...blocks], { ...handling, ...HEADERS, conditions }),
          ),
        )
      } catch (error) {
        if (!ifAbsent || !isStorageError(error, "UPLOAD_INVALID")) throw error
        const found = await statObject(container, key, { signal })
        if (found?.size !== size) throw error
        const sentence = `Another writer has just stored ${key} in the container ${container.name}.`
        throw container.error("PRECONDITION_FAILED", sentence, key)
      }
    },

    abort: async () => undefined,
  }
}
