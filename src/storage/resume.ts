/**
 * Bodies that survive a broken connection: what is missing is asked for again, from where the last one broke off.
 * @module
 */
import { Readable } from "node:stream"
import { backOff, RETRY_POLICY, systemClock, type Clock, type RetryPolicy } from "./retry.ts"

export interface ResumeOptions {
  /** Bytes that the whole body has. */
  readonly length: number
  /** Opens the rest of the same version of the object. What it rejects with is final: it retries on its own. */
  readonly reopen: (offset: number, signal: AbortSignal) => Promise<Readable>
  /** Makes the last connection's error the reader's, when there is no more hope. */
  readonly describe: (error: unknown) => Error
  /** Its `attempts` count connections that broke without a single byte in between. */
  readonly policy?: RetryPolicy | undefined
  readonly clock?: Clock | undefined
}

/** A body that begins with `first` and goes on with what `reopen` gives. */
export function resumingBody(first: Readable, options: ResumeOptions): Readable {
  return new ResumingBody(first, options)
}

class ResumingBody extends Readable {
  readonly #options: ResumeOptions
  readonly #policy: RetryPolicy
  readonly #clock: Clock
  readonly #closed = new AbortController()
  #source: Readable | undefined
  #offset = 0
  #failures = 0
  #lastError: unknown

  constructor(first: Readable, options: ResumeOptions) {
    super()
    this.#options = options
    this.#policy = options.policy ?? RETRY_POLICY
    this.#clock = options.clock ?? systemClock
    this.#attach(first)
  }

  override _read(): void {
    if (this.#source) this.#source.resume()
    // Only now, when someone wants more: a reader may pause for longer than the store keeps a connection.
    else void this.#reopen()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#closed.abort(error)
    this.#source?.destroy()
    callback(error)
  }

  #attach(source: Readable): void {
    this.#source = source
    source.on("data", (chunk: Buffer) => {
      this.#offset += chunk.byteLength
      this.#failures = 0
      if (!this.push(chunk)) source.pause()
    })
    source.once("end", () => this.#onEnd(source))
    source.once("close", () => this.#onBroken(source, new Error("The connection was closed early.")))
    source.on("error", (error) => this.#onBroken(source, error))
    source.pause()
  }

  #onEnd(source: Readable): void {
    if (this.#offset < this.#options.length) {
      this.#onBroken(
        source,
        new Error(`The body ended after ${this.#offset} of ${this.#options.length} bytes.`),
      )
      return
    }
    this.#source = undefined
    this.push(null)
  }

  #onBroken(source: Readable, error: unknown): void {
    if (this.#source !== source || this.destroyed) return
    this.#source = undefined
    source.destroy()
    this.#lastError = error
    this.#failures += 1
    // All bytes are here and yet there is an error, such as a checksum that does not match: asking again is no help.
    const hopeless = this.#offset >= this.#options.length || this.#failures >= this.#policy.attempts
    if (hopeless) this.destroy(this.#options.describe(error))
    // An empty push while nothing is buffered asks for _read again, if there is demand.
    else this.push(Buffer.alloc(0))
  }

  async #reopen(): Promise<void> {
    const { signal } = this.#closed
    try {
      await this.#clock.sleep(backOff(this.#failures, this.#policy, this.#clock), signal)
      const source = await this.#options.reopen(this.#offset, signal)
      if (signal.aborted) {
        source.destroy()
        return
      }
      this.#attach(source)
      source.resume()
    } catch (error) {
      if (!signal.aborted) this.destroy(asError(error, this.#lastError))
    }
  }
}

function asError(error: unknown, cause: unknown): Error {
  return error instanceof Error ? error : new Error("The read could not be resumed.", { cause })
}
