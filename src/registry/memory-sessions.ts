/**
 * Upload sessions of one process: the client has to come back to it.
 * @module
 */
import { randomUUID } from "node:crypto"
import type { Digest, DigestAlgorithm } from "../oci/digest.ts"
import type { RepositoryName } from "../oci/reference.ts"
import type { BlobWriter } from "./blob-writer.ts"
import type { RegistryContext } from "./context.ts"
import { blobData } from "./layout.ts"
import { writeOnce } from "./objects.ts"
import { createSpool } from "./spool.ts"
import { openStaging } from "./staging.ts"
import { openTempFile } from "./temp-file.ts"
import { createUploadSession, type UploadSession, uploadUnknown } from "./upload-session.ts"
import type { UploadSessions } from "./uploads.ts"

export function createMemorySessions(
  { driver, onBlob, budget, tempDir }: RegistryContext,
  writer: BlobWriter,
): UploadSessions {
  const sessions = new Map<string, UploadSession>()

  function openSession(name: RepositoryName, id: string, algorithm?: DigestAlgorithm): UploadSession {
    // Bytes on their way to a staging key belong to no digest yet: they are not reported.
    let publishing: Digest | undefined
    const onStored = (bytes: number): void => {
      if (publishing) onBlob({ type: "moved", digest: publishing, bytes })
    }
    const openOverflow = () =>
      driver.renames
        ? openStaging({ driver, name, id, onStored })
        : openTempFile({ driver, directory: tempDir, onStored })
    const spool = createSpool(budget, openOverflow, algorithm)
    return createUploadSession({
      id,
      spool,
      put: (digest, source, size) => writer.put(name, digest, source, size),
      onEnd: () => void sessions.delete(sessionKey(name, id)),
      async publish(digest) {
        const { size } = spool
        if (await writer.linkPresent(name, digest, size)) return
        publishing = digest
        onBlob({ type: "started", digest, size })
        const key = blobData(digest)
        await writer.publish(name, digest, size, () =>
          spool.store(key, (bytes) => writeOnce(driver, key, bytes)),
        )
      },
    })
  }

  return {
    async create(name, algorithm) {
      const id = randomUUID()
      const session = openSession(name, id, algorithm)
      sessions.set(sessionKey(name, id), session)
      return session
    },

    async get(name, id) {
      const session = sessions.get(sessionKey(name, id))
      if (session) return session
      throw uploadUnknown(id)
    },

    async abandon() {
      await Promise.all([...sessions.values()].map((session) => session.cancel()))
    },
  }
}

function sessionKey(name: RepositoryName, id: string): string {
  return `${name}:${id}`
}
