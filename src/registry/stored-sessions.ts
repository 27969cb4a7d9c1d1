/**
 * Upload sessions that live in the store: any of several replicas can go on with one, and a restart loses nothing that was
 * acknowledged.
 * @module
 */
import { randomUUID } from "node:crypto"
import type { BlobWriter } from "./blob-writer.ts"
import type { RegistryContext } from "./context.ts"
import { uploadStarted } from "./layout.ts"
import { createRunningHash, createRunningHashes } from "./running-hashes.ts"
import { openStoredUpload } from "./stored-upload.ts"
import { listParts } from "./upload-parts.ts"
import { uploadUnknown } from "./upload-session.ts"
import type { UploadSessions } from "./uploads.ts"

/** What an id of ours looks like: it becomes part of a key. */
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export function createStoredSessions(context: RegistryContext, writer: BlobWriter): UploadSessions {
  const { driver } = context
  const hashes = createRunningHashes()

  return {
    async create(name, algorithm) {
      const id = randomUUID()
      // The time first of all: by it the upload expires, here and at a stock registry.
      await driver.write(uploadStarted(name, id), Buffer.from(`${new Date().toISOString().slice(0, 19)}Z`))
      hashes.keep(id, createRunningHash(algorithm))
      return openStoredUpload({ driver, writer, hashes, name, id, parts: [] })
    },

    async get(name, id) {
      const parts = UUID.test(id) ? await listParts(driver, name, id) : undefined
      if (!parts) throw uploadUnknown(id)
      return openStoredUpload({ driver, writer, hashes, name, id, parts })
    },

    // They outlive the process: that is what they are for.
    abandon: async () => undefined,
  }
}
