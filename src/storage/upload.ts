/**
 * What all uploads have in common, whatever the store: counting, the declared size, the first error, and that commit and
 * abort may each be called twice. A driver adds an {@link UploadSink}.
 * @module
 */
import { abortable } from "./abort.ts"
import { StorageError, type ObjectUpload, type UploadOptions } from "./driver.ts"

/** Where one upload's bytes go. Its methods are never called at the same time. */
export interface UploadSink {
  /** Has copied or sent the bytes when it resolves. Never called with an empty chunk. */
  write(chunk: Uint8Array): Promise<void>
  /** Publishes the object, all or nothing. */
  finish(options: { readonly ifAbsent: boolean }): Promise<void>
  /** Removes what there is so far. Called once after any failure; what it throws is ignored. */
  discard(): Promise<void>
}

/** What a sink that works in the background needs of its upload. */
export interface UploadControl {
  /** Aborted with the first error, whoever met it. */
  readonly signal: AbortSignal
  fail(error: unknown): void
}

export interface UploadIdentity extends Pick<UploadOptions, "size" | "signal"> {
  readonly driver: string
  readonly key: string
}

/** An upload into the sink that `open` makes. Nothing is asked of the sink before there are bytes or a commit. */
export function createUpload(
  identity: UploadIdentity,
  open: (control: UploadControl) => UploadSink,
): ObjectUpload {
  return new SinkUpload(identity, open)
}

class SinkUpload implements ObjectUpload {
  readonly #identity: UploadIdentity
  readonly #sink: UploadSink
  /** Its reason is the upload's first error. */
  readonly #failed = new AbortController()
  readonly #onCallerAbort: () => void
  #size = 0
  #appending: Promise<void> | undefined
  #finishing: Promise<void> | undefined
  #discarding: Promise<void> | undefined

  constructor(identity: UploadIdentity, open: (control: UploadControl) => UploadSink) {
    this.#identity = identity
    this.#sink = open({ signal: this.#failed.signal, fail: (error) => this.#failed.abort(error) })
    this.#onCallerAbort = () => this.#failed.abort(identity.signal?.reason)
    if (identity.signal?.aborted) this.#onCallerAbort()
    identity.signal?.addEventListener("abort", this.#onCallerAbort, { once: true })
  }

  get size(): number {
    return this.#size
  }

  async append(source: AsyncIterable<Uint8Array>): Promise<void> {
    if (this.#finishing) throw this.#invalid("It was committed already.")
    this.#appending = this.#pump(source)
    try {
      await this.#appending
    } catch (error) {
      this.#failed.abort(error)
      throw this.#failed.signal.reason
    }
  }

  commit(options: { readonly ifAbsent?: boolean } = {}): Promise<void> {
    this.#finishing ??= this.#finish(options.ifAbsent ?? false)
    return this.#finishing
  }

  async abort(): Promise<void> {
    if (this.#finishing) return this.#finishing.catch(() => undefined)
    this.#failed.abort(this.#invalid("The upload was aborted."))
    await this.#discard()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.abort()
  }

  async #pump(source: AsyncIterable<Uint8Array>): Promise<void> {
    const { signal } = this.#failed
    const chunks = source[Symbol.asyncIterator]()
    let chunk: IteratorResult<Uint8Array> | undefined
    try {
      for (;;) {
        signal.throwIfAborted()
        chunk = undefined
        chunk = await abortable(chunks.next(), signal)
        if (chunk.done) return
        this.#size += chunk.value.byteLength
        if (chunk.value.byteLength > 0) await this.#sink.write(chunk.value)
      }
    } finally {
      if (!chunk?.done) {
        // A generator that is still waiting for its own source returns only after that: not to be waited for.
        const returned = Promise.resolve(chunks.return?.()).catch(() => undefined)
        if (chunk) await returned
      }
    }
  }

  async #finish(ifAbsent: boolean): Promise<void> {
    try {
      this.#failed.signal.throwIfAborted()
      const declared = this.#identity.size
      if (declared !== undefined && declared !== this.#size) {
        throw this.#invalid(`${declared} bytes were declared and ${this.#size} arrived.`)
      }
      await this.#sink.finish({ ifAbsent })
      this.#identity.signal?.removeEventListener("abort", this.#onCallerAbort)
    } catch (error) {
      this.#failed.abort(error)
      await this.#discard()
      throw this.#failed.signal.reason
    }
  }

  #discard(): Promise<void> {
    this.#discarding ??= (async () => {
      this.#identity.signal?.removeEventListener("abort", this.#onCallerAbort)
      await this.#appending?.catch(() => undefined)
      await this.#sink.discard().catch(() => undefined)
    })()
    return this.#discarding
  }

  #invalid(sentence: string): StorageError {
    const { driver, key } = this.#identity
    return new StorageError("UPLOAD_INVALID", `Upload of ${key}: ${sentence}`, { driver, key })
  }
}
