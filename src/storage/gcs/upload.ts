/**
 * Uploads of large objects: chunks are copied into leased buffers and sent one by one while the next is filled. The last is held
 * back until the commit, so nothing is visible before. An object of one chunk is one plain put.
 *
 * A full buffer is on its way before another is waited for, so uploads that share a budget cannot wait for each other.
 * @module
 */
import type { Lease, MemoryBudget } from "../budget.ts"
import type { StorageError, UploadOptions } from "../driver.ts"
import { choosePartSize } from "../part-size.ts"
import type { UploadControl, UploadSink } from "../upload.ts"
import { discard } from "./answer.ts"
import type { GcsBucket } from "./bucket.ts"
import { crc32c, encodeCrc32c } from "./crc32c.ts"
import { putObject } from "./put.ts"
import { findObject } from "./read.ts"
import type { Resource } from "./resource.ts"
import { type Chunk, CHUNK_UNIT, UploadSession } from "./session.ts"

export interface ChunkedOptions extends UploadOptions {
  readonly key: string
  readonly budget: MemoryBudget
  readonly partSize: number | undefined
}

export class ChunkedSink implements UploadSink {
  readonly #bucket: GcsBucket
  readonly #options: ChunkedOptions
  readonly #control: UploadControl
  readonly #chunkSize: number
  /** The chunk being filled. */
  #lease: Lease | undefined
  #filled = 0
  #taken = 0
  /** Bytes handed to the session. */
  #dispatched = 0
  #checksum = 0
  #session: Promise<UploadSession> | undefined
  /** The last chunk on its way. Never rejects: a failure becomes the upload's. */
  #sending: Promise<void> = Promise.resolve()

  constructor(bucket: GcsBucket, options: ChunkedOptions, control: UploadControl) {
    this.#bucket = bucket
    this.#options = options
    this.#control = control
    this.#chunkSize = Math.ceil(choosePartSize(options.size, options.partSize) / CHUNK_UNIT) * CHUNK_UNIT
  }

  async write(chunk: Uint8Array): Promise<void> {
    for (let rest = chunk; rest.byteLength > 0;) {
      if (this.#lease && this.#filled === this.#lease.buffer.byteLength) await this.#dispatch(this.#lease)
      this.#lease ??= await this.#options.budget.acquire(this.#nextLength(), this.#control.signal)
      const taken = rest.subarray(0, this.#lease.buffer.byteLength - this.#filled)
      this.#lease.buffer.set(taken, this.#filled)
      this.#filled += taken.byteLength
      this.#taken += taken.byteLength
      rest = rest.subarray(taken.byteLength)
    }
  }

  async finish({ ifAbsent }: { readonly ifAbsent: boolean }): Promise<void> {
    const { key, onStored } = this.#options
    const { signal } = this.#control
    const body = this.#lease?.buffer.subarray(0, this.#filled) ?? new Uint8Array()
    if (!this.#session) {
      await putObject(this.#bucket, key, body, { ifAbsent, signal })
    } else {
      await this.#sending
      signal.throwIfAborted()
      if (ifAbsent && !this.#options.ifAbsent) await this.#refuseExisting()
      const start = this.#dispatched
      this.#checksum = crc32c(body, this.#checksum)
      const session = await this.#session
      const object = await session.send({ body, start, total: this.#taken }, signal)
      this.#session = undefined // has ended, and so nothing of it can be aborted
      await this.#verify(object)
    }
    this.#releaseCurrent()
    onStored?.(body.byteLength)
  }

  async discard(): Promise<void> {
    this.#releaseCurrent()
    await this.#sending
    const session = await this.#session?.catch(() => undefined)
    await session?.abort()
  }

  #nextLength(): number {
    const { size, key } = this.#options
    if (size === undefined) return this.#chunkSize
    if (this.#taken >= size) {
      throw this.#invalid(`Upload of ${key}: more than the declared ${size} bytes arrived.`)
    }
    return Math.min(this.#chunkSize, size - this.#taken)
  }

  /** Sends the current chunk in the background, once the one before has arrived. */
  async #dispatch(lease: Lease): Promise<void> {
    await this.#sending
    this.#control.signal.throwIfAborted()
    const body = lease.buffer.subarray(0, this.#filled)
    const start = this.#dispatched
    this.#lease = undefined
    this.#filled = 0
    this.#dispatched += body.byteLength
    this.#checksum = crc32c(body, this.#checksum)
    this.#session ??= UploadSession.begin(this.#bucket, this.#options.key, this.#options.ifAbsent ?? false)
    this.#sending = this.#send(this.#session, lease, { body, start })
  }

  async #send(session: Promise<UploadSession>, lease: Lease, chunk: Chunk): Promise<void> {
    const { signal, fail } = this.#control
    try {
      const begun = await session
      signal.throwIfAborted()
      await begun.send(chunk, signal)
      this.#options.onStored?.(chunk.body.byteLength)
    } catch (error) {
      fail(error)
    } finally {
      lease[Symbol.dispose]()
    }
  }

  /** A session learns its condition when it begins. Of one that was not told we look, though another may come in between. */
  async #refuseExisting(): Promise<void> {
    const { key } = this.#options
    if (await findObject(this.#bucket, key, { signal: this.#control.signal })) {
      const sentence = `${key} in the bucket ${this.#bucket.name} exists already.`
      throw this.#bucket.error("PRECONDITION_FAILED", sentence, key)
    }
  }

  /** What the store received is not what was sent: nobody should find it. */
  async #verify(object: Resource | undefined): Promise<void> {
    const { key } = this.#options
    if (!object?.crc32c || object.crc32c === encodeCrc32c(this.#checksum)) return
    const url = this.#bucket.objectUrl(key, { ifGenerationMatch: object.generation })
    await this.#bucket.call({ key }, async () => discard(await this.#bucket.send({ method: "DELETE", url })))
    throw this.#invalid(`${key} has arrived damaged in the bucket ${this.#bucket.name}, and was deleted.`)
  }

  #releaseCurrent(): void {
    this.#lease?.[Symbol.dispose]()
    this.#lease = undefined
    this.#filled = 0
  }

  #invalid(sentence: string): StorageError {
    return this.#bucket.error("UPLOAD_INVALID", sentence, this.#options.key)
  }
}
