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
import { type Line, withHeadStart } from "./head-start.ts"
import { createSpool, type Overflow } from "./spool.ts"
import { openCopiedStaging, openStaging } from "./staging.ts"
import { openTempFile } from "./temp-file.ts"
import { createUploadSession, type UploadSession, uploadUnknown } from "./upload-session.ts"
import type { UploadSessions } from "./uploads.ts"

export function createMemorySessions(
  { driver, onBlob, budget, tempDir }: RegistryContext,
  writer: BlobWriter,
): UploadSessions {
  const sessions = new Map<string, UploadSession>()
  const line: Line = { sending: 0, isWorthTrying: true }

  function openSession(name: RepositoryName, id: string, algorithm?: DigestAlgorithm): UploadSession {
    // Bytes on their way to a staging key belong to no digest yet: they are not reported, or later.
    let publishing: Digest | undefined
    const onStored = (bytes: number): void => {
      if (publishing) onBlob({ type: "moved", digest: publishing, bytes })
    }
    async function openOverflow(): Promise<Overflow> {
      if (driver.renames) return openStaging({ driver, name, id, onStored })
      const file = await openTempFile({ driver, directory: tempDir, onStored })
      const openAhead = (onStored: (bytes: number) => void) =>
        openCopiedStaging({ driver, name, id, onStored })
      return withHeadStart({ file, line, openStaging: openAhead, onStored })
    }

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
        line.sending += 1
        try {
          await writer.publish(name, digest, size, () =>
            spool.store(key, (bytes) => writeOnce(driver, key, bytes)),
          )
        } finally {
          line.sending -= 1
        }
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
