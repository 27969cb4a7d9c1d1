/**
 * The one multipart loop for all clouds: parts are copied into leased buffers and sent in parallel, within the process's
 * memory budget. An object that fits into one part is one plain put.
 *
 * A part buffer is filled only while nothing else is held back: a full one is dispatched before the next is waited for, so
 * uploads that share a budget cannot wait for each other.
 * @module
 */
import type { Lease, MemoryBudget } from "./budget.ts"
import { StorageError, type ObjectUpload, type UploadOptions } from "./driver.ts"
import { choosePartSize, MAX_PARTS } from "./part-size.ts"
import { createUpload, type UploadControl, type UploadSink } from "./upload.ts"

/** One cloud's requests for one object. Each retries what is worth retrying, from the buffer it is given. */
export interface MultipartCalls<Part> {
  /** Writes the whole object at once. */
  put(body: Uint8Array, options: { readonly ifAbsent: boolean; readonly signal: AbortSignal }): Promise<void>
  /** Returns the id of a new multipart upload. Not cancellable: an id that nobody learned could not be aborted. */
  begin(): Promise<string>
  /** @param number from 1 */
  putPart(id: string, number: number, body: Uint8Array, signal: AbortSignal): Promise<Part>
  complete(
    id: string,
    parts: readonly Part[],
    options: { readonly ifAbsent: boolean; readonly signal: AbortSignal },
  ): Promise<void>
  abort(id: string): Promise<void>
}

export interface MultipartOptions extends UploadOptions {
  readonly driver: string
  readonly key: string
  readonly budget: MemoryBudget
  /** Bytes of a part where the object's size does not ask for more. Defaults to 15 MiB. */
  readonly partSize?: number | undefined
}

export function createMultipartUpload<Part>(
  calls: MultipartCalls<Part>,
  options: MultipartOptions,
): ObjectUpload {
  return createUpload(options, (control) => new MultipartSink(calls, options, control))
}

class MultipartSink<Part> implements UploadSink {
  readonly #calls: MultipartCalls<Part>
  readonly #options: MultipartOptions
  readonly #control: UploadControl
  readonly #partSize: number
  /** The part being filled. Its buffer may be shorter than a part when the declared size says that no more will come. */
  #lease: Lease | undefined
  #filled = 0
  #taken = 0
  #id: Promise<string> | undefined
  readonly #parts: Promise<Part | undefined>[] = []

  constructor(calls: MultipartCalls<Part>, options: MultipartOptions, control: UploadControl) {
    this.#calls = calls
    this.#options = options
    this.#control = control
    this.#partSize = choosePartSize(options.size, options.partSize)
  }

  async write(chunk: Uint8Array): Promise<void> {
    for (let rest = chunk; rest.byteLength > 0;) {
      if (this.#lease && this.#filled === this.#lease.buffer.byteLength) this.#dispatch()
      this.#lease ??= await this.#options.budget.acquire(this.#nextLength(), this.#control.signal)
      const taken = rest.subarray(0, this.#lease.buffer.byteLength - this.#filled)
      this.#lease.buffer.set(taken, this.#filled)
      this.#filled += taken.byteLength
      this.#taken += taken.byteLength
      rest = rest.subarray(taken.byteLength)
    }
  }

  async finish({ ifAbsent }: { readonly ifAbsent: boolean }): Promise<void> {
    const conditions = { ifAbsent, signal: this.#control.signal }
    if (!this.#id) {
      await this.#calls.put(this.#lease?.buffer.subarray(0, this.#filled) ?? new Uint8Array(), conditions)
      this.#releaseCurrent()
      this.#options.onStored?.(this.#taken)
      return
    }
    if (this.#lease) this.#dispatch()
    const parts = await Promise.all(this.#parts)
    this.#control.signal.throwIfAborted()
    const sent = parts.filter((part) => part !== undefined)
    await this.#calls.complete(await this.#id, sent, conditions)
  }

  async discard(): Promise<void> {
    this.#releaseCurrent()
    await Promise.all(this.#parts)
    const id = await this.#id?.catch(() => undefined)
    if (id !== undefined) await this.#calls.abort(id)
  }

  #nextLength(): number {
    const { size } = this.#options
    if (size === undefined) return this.#partSize
    if (this.#taken >= size) throw this.#invalid(`more than the declared ${size} bytes arrived.`)
    return Math.min(this.#partSize, size - this.#taken)
  }

  /** Sends the current part in the background. Never rejects: a failure becomes the upload's. */
  #dispatch(): void {
    const lease = this.#lease
    if (!lease) return
    if (this.#parts.length === MAX_PARTS) {
      throw this.#invalid(
        `it is larger than ${MAX_PARTS} parts of ${this.#partSize} bytes, and its size was not known beforehand.`,
      )
    }
    const body = lease.buffer.subarray(0, this.#filled)
    this.#lease = undefined
    this.#filled = 0
    this.#id ??= this.#calls.begin()
    this.#parts.push(this.#send(this.#id, this.#parts.length + 1, lease, body))
  }

  async #send(
    id: Promise<string>,
    number: number,
    lease: Lease,
    body: Uint8Array,
  ): Promise<Part | undefined> {
    const { signal, fail } = this.#control
    try {
      const upload = await id
      signal.throwIfAborted()
      const part = await this.#calls.putPart(upload, number, body, signal)
      this.#options.onStored?.(body.byteLength)
      return part
    } catch (error) {
      fail(error)
      return undefined
    } finally {
      lease[Symbol.dispose]()
    }
  }

  #releaseCurrent(): void {
    this.#lease?.[Symbol.dispose]()
    this.#lease = undefined
    this.#filled = 0
  }

  #invalid(sentence: string): StorageError {
    const { driver, key } = this.#options
    return new StorageError("UPLOAD_INVALID", `Upload of ${key}: ${sentence}`, { driver, key })
  }
}
