/**
 * Conditional writes, also at servers that know no conditions.
 * @module
 */
import { isStorageError, type WriteOptions } from "../driver.ts"
import type { S3Bucket } from "./bucket.ts"
import { statObject } from "./read.ts"

/** The headers of one conditional request. */
export interface ConditionHeaders {
  readonly IfNoneMatch?: string
  readonly IfMatch?: string
}

export class Conditions {
  readonly #bucket: S3Bucket
  /** False once this server has refused a header that it took the same request without. */
  #supported = true

  constructor(bucket: S3Bucket) {
    this.#bucket = bucket
  }

  get supported(): boolean {
    return this.#supported
  }

  /** Runs a write under its conditions; without the headers, where they are refused, it looks before it writes. */
  async apply<T>(
    key: string,
    options: WriteOptions,
    write: (headers: ConditionHeaders) => Promise<T>,
  ): Promise<T> {
    const { ifAbsent, ifMatch } = options
    if (!ifAbsent && ifMatch === undefined) return write({})
    if (!this.#supported) return this.#checked(key, options, write)
    try {
      return await write(ifMatch === undefined ? { IfNoneMatch: "*" } : { IfMatch: ifMatch })
    } catch (error) {
      // S3 answers If-Match on a missing key with 404.
      if (ifMatch !== undefined && isStorageError(error, "NOT_FOUND")) throw this.#failed(key)
      if (!isStorageError(error, "UNSUPPORTED")) throw error
      const result = await this.#checked(key, options, write)
      this.#supported = false
      return result
    }
  }

  async #checked<T>(
    key: string,
    options: WriteOptions,
    write: (headers: ConditionHeaders) => Promise<T>,
  ): Promise<T> {
    const current = await statObject(this.#bucket, key, options)
    if (options.ifAbsent ? current : current?.etag !== options.ifMatch) throw this.#failed(key)
    return write({})
  }

  #failed(key: string) {
    const sentence = `${key} in the bucket ${this.#bucket.name} exists already or has changed.`
    return this.#bucket.error("PRECONDITION_FAILED", sentence, key)
  }
}
