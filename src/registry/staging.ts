/**
 * Overflow to the store itself: staged as an upload of Distribution's layout, then moved.
 * @module
 */
import { once } from "../chunks.ts"
import type { RepositoryName } from "../oci/reference.ts"
import { type StorageDriver, StorageError, type Written } from "../storage/driver.ts"
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

/**
 * Staging in a store that moves by copying.
 * @throws StorageError UNSUPPORTED where the copied bytes would stay, and be charged for
 */
export async function openCopiedStaging(options: StagingOptions): Promise<Overflow> {
  const { driver, name, id } = options
  const started = uploadStarted(name, id)
  // Of what is not there: fails before there is anything where the owner of these credentials may not delete.
  await driver.delete(uploadData(name, id))
  const { version } = await writeStarted(options)
  if (version === undefined) return open(options)
  await driver.delete(started)
  const sentence = "The store keeps versions of what is deleted: nothing is staged there."
  throw new StorageError("UNSUPPORTED", sentence, { driver: driver.name, key: started })
}

/** Staging in a store that renames. */
export async function openStaging(options: StagingOptions): Promise<Overflow> {
  await writeStarted(options)
  return open(options)
}

/** First of all, and with the time: a stock registry purges the remains of a killed process by it. */
function writeStarted({ driver, name, id }: StagingOptions): Promise<Written> {
  return driver.write(uploadStarted(name, id), Buffer.from(`${new Date().toISOString().slice(0, 19)}Z`))
}

async function open({ driver, name, id, onStored }: StagingOptions): Promise<Overflow> {
  const data = uploadData(name, id)
  const started = uploadStarted(name, id)
  const upload = await driver.createUpload(data, { onStored })
  let isMoved = false

  return {
    append: (chunk) => upload.append(once(chunk)),

    async *read() {
      await upload.commit()
      yield* (await driver.read(data)).body
    },

    async store(key) {
      await upload.commit()
      await driver.move(data, key)
      isMoved = true
      return true
    },

    async [Symbol.asyncDispose]() {
      await upload.abort()
      if (!isMoved) await driver.delete(data)
      await driver.delete(started)
    },
  }
}
