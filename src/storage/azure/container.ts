/**
 * A container and the one way to send it requests: limited, retried, with its errors translated.
 * @module
 */
import type { BlockBlobClient, ContainerClient } from "@azure/storage-blob"
import { StorageError, type StorageErrorCode } from "../driver.ts"
import { createAdaptiveLimiter } from "../limiter.ts"
import type { Network } from "../network.ts"
import { retry, type RetryPolicy } from "../retry.ts"
import { advise, isOverload } from "./advice.ts"
import { createClient } from "./client.ts"
import { describeFailure, NAME, type FailureContext } from "./errors.ts"
import { nameStart } from "./names.ts"
import { type AzureDriverOptions, retryPolicy } from "./options.ts"
import type { Account } from "./sign-in.ts"

export interface CallOptions {
  /** The driver's key, for messages. */
  readonly key?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export class AzureContainer {
  readonly name: string
  readonly client: ContainerClient
  readonly #network: Network
  readonly #context: Omit<FailureContext, "key">
  readonly #nameStart: string
  readonly #policy: RetryPolicy
  readonly #limiter
  readonly #log: ((message: string) => void) | undefined

  constructor(
    options: AzureDriverOptions,
    account: Account,
    network: Network,
    concurrency: number,
    log?: (message: string) => void,
  ) {
    this.name = options.container
    this.client = createClient(account, options.container, network)
    this.#network = network
    this.#context = {
      container: options.container,
      account: this.client.accountName,
      url: account.url.replace(/\?.*$/s, ""),
    }
    this.#nameStart = nameStart(options)
    this.#policy = retryPolicy(options)
    this.#limiter = createAdaptiveLimiter(concurrency)
    this.#log = log
  }

  blob(key: string): BlockBlobClient {
    return this.client.getBlockBlobClient(this.nameOf(key))
  }

  /** An object's name in the container. */
  nameOf(key: string): string {
    return this.#nameStart + key
  }

  /** The driver's key of an object's name. */
  keyOf(name: string): string {
    return name.slice(this.#nameStart.length)
  }

  /** Runs one request, again where that may help. */
  async call<T>(
    { key, signal }: CallOptions,
    send: (handling: { abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const handling = signal ? { abortSignal: signal } : {}
    try {
      return await retry(() => this.#limiter.run(() => send(handling), isOverload, signal), {
        advise,
        policy: this.#policy,
        signal,
        onRetry: (error, delay) => this.#log?.(this.#retryLine(error, delay, key)),
      })
    } catch (error) {
      signal?.throwIfAborted()
      throw this.describe(error, key)
    }
  }

  describe(error: unknown, key: string | undefined): StorageError {
    return describeFailure(error, { ...this.#context, key })
  }

  /** An error that no answer of the store stands for. */
  error(code: StorageErrorCode, sentence: string, key?: string): StorageError {
    return new StorageError(code, sentence, { driver: NAME, key })
  }

  /** What Azure always sends in this place. */
  expect<T>(value: T | undefined, name: string, key: string | undefined): T {
    if (value !== undefined) return value
    const sentence = `${this.#context.url} does not answer like Azure Blob Storage: it sent no ${name}. Check the endpoint, and for a proxy in between.`
    throw this.error("NOT_A_STORE", sentence, key)
  }

  close(): void {
    this.#network[Symbol.dispose]()
  }

  #retryLine(error: unknown, delay: number, key: string | undefined): string {
    return `retrying ${key ?? this.name} in ${Math.round(delay)} ms: ${this.describe(error, key).message}`
  }
}
