/**
 * A bucket and the one way to send it requests: limited, retried, with its errors translated.
 * @module
 */
import type { S3Client } from "@aws-sdk/client-s3"
import { StorageError, type StorageErrorCode } from "../driver.ts"
import { endpointUrl } from "../endpoint.ts"
import { createAdaptiveLimiter } from "../limiter.ts"
import { retry, RETRY_POLICY, type RetryPolicy } from "../retry.ts"
import { advise, isOverload } from "./advice.ts"
import { createClient } from "./client.ts"
import { describeFailure, NAME, type FailureContext } from "./errors.ts"
import { objectName, type S3DriverOptions } from "./options.ts"
import { objectSettings, type ObjectSettings } from "./settings.ts"

export interface CallOptions {
  /** The driver's key, for messages. */
  readonly key?: string | undefined
  readonly signal?: AbortSignal | undefined
  readonly policy?: RetryPolicy
  /** Makes the final error ours. Defaults to what is said of the bucket. */
  readonly describe?: (error: unknown) => StorageError
}

/** For clean-ups: nobody should wait long for the end of what has failed already. */
export const BRIEF_RETRIES: RetryPolicy = { ...RETRY_POLICY, attempts: 3, patience: 5000 }

export class S3Bucket {
  readonly name: string
  readonly client: S3Client
  readonly isAws: boolean
  /** Of every object that is made. */
  readonly settings: ObjectSettings
  readonly #context: Omit<FailureContext, "key">
  readonly #rootDir: string | undefined
  readonly #limiter
  readonly #log: ((message: string) => void) | undefined

  constructor(options: S3DriverOptions, concurrency: number, log?: (message: string) => void) {
    const endpoint = endpointUrl(options.endpoint)
    this.name = options.bucket
    this.client = createClient(options, concurrency)
    this.isAws = endpoint === undefined
    this.settings = objectSettings(options)
    this.#context = { bucket: options.bucket, region: options.region, endpoint }
    this.#rootDir = options.rootDir
    this.#limiter = createAdaptiveLimiter(concurrency)
    this.#log = log
  }

  /** Where an object lies: the fields that every request about one has. */
  locate(key: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.name, Key: this.nameOf(key) }
  }

  /** An object's name in the bucket. */
  nameOf(key: string): string {
    return objectName(this.#rootDir, key)
  }

  /** The driver's key of an object's name. */
  keyOf(name: string): string {
    return name.slice(this.nameOf("").length)
  }

  /** Runs one request, again where that may help. */
  async call<T>(
    options: CallOptions,
    send: (handling: { abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const { key, signal, policy, describe = (error: unknown) => this.describe(error, key) } = options
    const handling = signal ? { abortSignal: signal } : {}
    try {
      return await retry(() => this.#limiter.run(() => send(handling), isOverload, signal), {
        advise,
        policy,
        signal,
        onRetry: (error, delay) => this.#log?.(this.#retryLine(describe(error), delay, key)),
      })
    } catch (error) {
      signal?.throwIfAborted()
      throw describe(error)
    }
  }

  describe(error: unknown, key: string | undefined): StorageError {
    return describeFailure(error, { ...this.#context, key })
  }

  /** An error that no answer of the store stands for. */
  error(code: StorageErrorCode, sentence: string, key?: string): StorageError {
    return new StorageError(code, sentence, { driver: NAME, key })
  }

  /** What every S3 server sends in this place. */
  expect<T>(value: T | undefined, name: string, key: string | undefined): T {
    if (value !== undefined) return value
    const server = this.#context.endpoint ?? "AWS S3"
    throw this.error(
      "NOT_A_STORE",
      `${server} does not answer like an S3 server: it sent no ${name}. Check the endpoint, and for a proxy in between.`,
      key,
    )
  }

  #retryLine({ message }: StorageError, delay: number, key: string | undefined): string {
    return `retrying ${key ?? this.name} in ${Math.round(delay)} ms: ${message}`
  }
}
