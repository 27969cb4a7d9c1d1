/**
 * Overflow to the store itself, for those that rename at no cost: staged as an upload of Distribution's layout, then moved.
 * @module
 */
import type { RepositoryName } from "../oci/reference.ts"
import type { StorageDriver } from "../storage/driver.ts"
import { uploadData, uploadStarted } from "./layout.ts"
import type { Overflow } from "./spool.ts"

export interface StagingOptions {
  readonly driver: StorageDriver
  readonly name: RepositoryName
  /** UUID of the upload session. */
  readonly id: string
  /** Called with the bytes that the store has newly taken. */
  readonly onStored: (bytes: number) => void
}

export async function openStaging({ driver, name, id, onStored }: StagingOptions): Promise<Overflow> {
  const data = uploadData(name, id)
  const started = uploadStarted(name, id)
  // First of all, and with the time: a stock registry purges the remains of a killed process by it.
  await driver.write(started, Buffer.from(`${new Date().toISOString().slice(0, 19)}Z`))
  const upload = await driver.createUpload(data, { onStored })

  return {
    append: (chunk) => upload.append(one(chunk)),

    async *read() {
      await upload.commit()
      yield* (await driver.read(data)).body
    },

    async store(key) {
      await upload.commit()
      await driver.move(data, key)
      return true
    },

    async [Symbol.asyncDispose]() {
      await upload.abort()
      await driver.delete(data)
      await driver.delete(started)
    },
  }
}

async function* one(chunk: Uint8Array): AsyncIterable<Uint8Array> {
  yield chunk
}
