/**
 * A bucket and the one way to send it requests: signed, limited, retried, with its errors translated.
 * @see https://cloud.google.com/storage/docs/json_api/v1
 * @module
 */
import type { IncomingMessage } from "node:http"
import { StorageError, type StorageErrorCode } from "../driver.ts"
import { createAdaptiveLimiter } from "../limiter.ts"
import { createNetwork, type Network } from "../network.ts"
import { retry, RETRY_POLICY, type RetryPolicy } from "../retry.ts"
import { advise, isOverload } from "./advice.ts"
import { answerError } from "./answer.ts"
import { describeFailure, NAME } from "./errors.ts"
import { type Connections, createConnections } from "./exchange.ts"
import { endpointUrl, isGoogle, objectName, type GcsDriverOptions } from "./options.ts"
import { createSignIn, type SignIn } from "./sign-in.ts"

export interface CallOptions {
  /** The driver's key, for messages. */
  readonly key?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly policy?: RetryPolicy
  /** The request names no object that would have to exist. */
  readonly inBucket?: boolean
}

export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: readonly Uint8Array[]
  readonly signal?: AbortSignal | undefined
  /** Beside 200 to 299, answers that are no error. */
  readonly accept?: readonly number[]
  /** The URL itself is the permission: it needs no token, and its server, which another named, should see none. */
  readonly unsigned?: boolean
}

/** Values of undefined are left out. */
type Query = Readonly<Record<string, string | number | undefined>>

/** For clean-ups: nobody should wait long for the end of what has failed already. */
export const BRIEF_RETRIES: RetryPolicy = { ...RETRY_POLICY, attempts: 3, patience: 5000 }

export class GcsBucket implements Disposable {
  readonly name: string
  /** See {@link GcsDriverOptions.sessionQueries}. */
  readonly sessionQueries: boolean
  readonly endpoint: string
  readonly signIn: SignIn
  readonly #rootDir: string | undefined
  readonly #userAgent: string
  readonly #network: Network
  readonly #connections: Connections
  readonly #limiter
  readonly #log: ((message: string) => void) | undefined

  constructor(options: GcsDriverOptions, concurrency: number, log?: (message: string) => void) {
    this.name = options.bucket
    this.endpoint = endpointUrl(options.endpoint)
    this.sessionQueries = options.sessionQueries ?? isGoogle(this.endpoint)
    this.#rootDir = options.rootDir
    this.#userAgent = options.userAgent ?? "oci-store"
    this.#network = createNetwork(options.network ?? {}, concurrency)
    this.signIn = createSignIn(options, this.#network)
    this.#connections = createConnections(this.#network)
    this.#limiter = createAdaptiveLimiter(concurrency)
    this.#log = log
  }

  /** An object's name in the bucket. */
  nameOf(key: string): string {
    return objectName(this.#rootDir, key)
  }

  /** The driver's key of an object's name. */
  keyOf(name: string): string {
    return name.slice(this.nameOf("").length)
  }

  /** Of the object of a key, with a path behind it for what is done to it. */
  objectUrl(key: string, query: Query = {}, action = ""): URL {
    return this.#url(`/storage/v1/b/${this.name}/o/${this.encode(key)}${action}`, query)
  }

  listUrl(query: Query): URL {
    return this.#url(`/storage/v1/b/${this.name}/o`, query)
  }

  uploadUrl(query: Query): URL {
    return this.#url(`/upload/storage/v1/b/${this.name}/o`, query)
  }

  /** An object's name as one component of a path. */
  encode(key: string): string {
    return encodeURIComponent(this.nameOf(key))
  }

  /** Runs requests that belong together, again where that may help. */
  async call<T>(options: CallOptions, attempt: () => Promise<T>): Promise<T> {
    const { signal, policy } = options
    try {
      return await retry(() => this.#limiter.run(attempt, isOverload, signal), {
        advise,
        policy,
        signal,
        onRetry: (error, delay) => this.#log?.(this.#retryLine(error, delay, options)),
      })
    } catch (error) {
      signal?.throwIfAborted()
      throw this.describe(error, options)
    }
  }

  /** Makes one request. For use within {@link call}: rejects with what that understands. */
  async send({
    method,
    url,
    headers,
    body,
    signal,
    accept = [],
    unsigned,
  }: Request): Promise<IncomingMessage> {
    const token = unsigned ? {} : await this.signIn.headers()
    const answer = await this.#connections.exchange({
      method,
      url,
      headers: { "user-agent": this.#userAgent, ...headers, ...token },
      ...(body && { body }),
      signal,
    })
    const status = answer.statusCode ?? 0
    if ((status >= 200 && status < 300) || accept.includes(status)) return answer
    throw await answerError(answer)
  }

  describe(error: unknown, { key, inBucket }: Pick<CallOptions, "key" | "inBucket">): StorageError {
    return describeFailure(error, { bucket: this.name, endpoint: this.endpoint, key, inBucket })
  }

  /** An error that no answer of the store stands for. */
  error(code: StorageErrorCode, sentence: string, key?: string): StorageError {
    return new StorageError(code, sentence, { driver: NAME, key })
  }

  /** What every such server sends in this place. */
  expect<T>(value: T | undefined, name: string, key: string | undefined): T {
    if (value !== undefined) return value
    const sentence = `${this.endpoint} does not answer like Google Cloud Storage: it sent no ${name}. Check the endpoint, and for a proxy in between.`
    throw this.error("NOT_A_STORE", sentence, key)
  }

  [Symbol.dispose](): void {
    this.#network[Symbol.dispose]()
  }

  #url(path: string, query: Query): URL {
    const url = new URL(`${this.endpoint}${path}`)
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value))
    }
    return url
  }

  #retryLine(error: unknown, delay: number, options: CallOptions): string {
    const subject = options.key ?? this.name
    return `retrying ${subject} in ${Math.round(delay)} ms: ${this.describe(error, options).message}`
  }
}
