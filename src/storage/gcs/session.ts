/**
 * The requests of an upload session: an object in chunks, one after the other, that is there once the last has arrived.
 *
 * fake-gcs-server cannot show two things: it takes the question how far a session got for its end, and appends every chunk that
 * it gets, also one that it has. So nothing is asked there, see `sessionQueries`, and tests of the question answer it themselves.
 * @see https://cloud.google.com/storage/docs/performing-resumable-uploads
 * @module
 */
import type { IncomingMessage } from "node:http"
import { isStorageError } from "../driver.ts"
import { AnswerError, discard, readJson } from "./answer.ts"
import { BRIEF_RETRIES, type GcsBucket } from "./bucket.ts"
import { CONTENT_TYPE } from "./put.ts"
import { RESOURCE_FIELDS, resourceOf, type Resource } from "./resource.ts"

/** Bytes: all chunks but the last are whole multiples of it. */
export const CHUNK_UNIT = 256 * 1024

/** The store has the session, wants more, and says how far it got. */
const RESUME_INCOMPLETE = 308

export interface Chunk {
  readonly body: Uint8Array
  /** Of its first byte in the object. */
  readonly start: number
  /** Bytes of the whole object, in the last chunk. */
  readonly total?: number
}

/** A session that has been begun. Its URL is as good as a password: it stands in no message. */
export class UploadSession {
  readonly #bucket: GcsBucket
  readonly #key: string
  readonly #url: URL

  private constructor(bucket: GcsBucket, key: string, url: URL) {
    this.#bucket = bucket
    this.#key = key
    this.#url = url
  }

  /**
   * Not cancellable: a session that nobody learned of could not be ended.
   * @param ifAbsent the last chunk is refused if the object exists by then
   */
  static async begin(bucket: GcsBucket, key: string, ifAbsent: boolean): Promise<UploadSession> {
    const url = bucket.uploadUrl({
      uploadType: "resumable",
      name: bucket.nameOf(key),
      ifGenerationMatch: ifAbsent ? 0 : undefined,
      fields: RESOURCE_FIELDS,
    })
    const headers = { "content-type": "application/json", "x-upload-content-type": CONTENT_TYPE }
    const body = [Buffer.from(JSON.stringify({ contentType: CONTENT_TYPE }))]
    const location = await bucket.call({ key, inBucket: true }, async () => {
      const answer = await bucket.send({ method: "POST", url, headers, body })
      discard(answer)
      return bucket.expect(answer.headers.location, "location of an upload session", key)
    })
    return new UploadSession(bucket, key, new URL(location, url))
  }

  /** Returns what the object has become, after the last chunk. */
  async send(chunk: Chunk, signal: AbortSignal): Promise<Resource | undefined> {
    try {
      return await this.#send(chunk, signal)
    } catch (error) {
      if (isStorageError(error, "NOT_FOUND")) throw this.#lost("is gone")
      throw error
    }
  }

  async #send(chunk: Chunk, signal: AbortSignal): Promise<Resource | undefined> {
    const { body, start, total } = chunk
    const end = start + body.byteLength
    let offset = start
    let inDoubt = false
    return this.#bucket.call({ key: this.#key, signal }, async () => {
      let answer: IncomingMessage | undefined
      if (inDoubt && this.#bucket.sessionQueries) answer = await this.#put([], `*/${total ?? "*"}`, signal)
      for (let hasSent = false; ; hasSent = true) {
        if (answer?.statusCode === RESUME_INCOMPLETE) {
          discard(answer)
          const next = this.#offsetOf(answer, chunk)
          if (hasSent && next === offset) throw new AnswerError(answer, "")
          offset = next
          if (offset === end && total === undefined) return undefined
        } else if (answer) {
          if (total === undefined) throw this.#lost("ended before its last chunk")
          return resourceOf(this.#bucket, await readJson(answer), this.#key)
        }
        inDoubt = true
        const rest = body.subarray(offset - start)
        const range = rest.byteLength === 0 ? "*" : `${offset}-${end - 1}`
        answer = await this.#put([rest], `${range}/${total ?? "*"}`, signal)
      }
    })
  }

  /** Answered with 499, or with 404 where the session has ended already. */
  async abort(): Promise<void> {
    const accept = [404, 410, 499]
    await this.#bucket.call({ key: this.#key, policy: BRIEF_RETRIES }, async () =>
      discard(await this.#bucket.send({ method: "DELETE", url: this.#url, unsigned: true, accept })),
    )
  }

  #put(body: readonly Uint8Array[], range: string, signal: AbortSignal): Promise<IncomingMessage> {
    const headers = { "content-range": `bytes ${range}` }
    const accept = [RESUME_INCOMPLETE]
    return this.#bucket.send({ method: "PUT", url: this.#url, headers, body, accept, unsigned: true, signal })
  }

  /** Where the next byte belongs. What was before this chunk is no longer in memory. */
  #offsetOf(answer: IncomingMessage, { body, start }: Chunk): number {
    const last = /^bytes=0-(\d+)$/.exec(answer.headers.range ?? "")?.[1]
    const offset = last === undefined ? 0 : Number(last) + 1
    if (offset < start || offset > start + body.byteLength)
      throw this.#lost(`got to byte ${offset}, not ${start}`)
    return offset
  }

  #lost(what: string) {
    const sentence = `The upload session of ${this.#key} in the bucket ${this.#bucket.name} ${what}.`
    return this.#bucket.error("UPLOAD_INVALID", sentence, this.#key)
  }
}
