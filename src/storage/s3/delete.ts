/**
 * Deleting objects: a thousand a request, or one where the server knows no better.
 * @module
 */
import { DeleteObjectCommand, DeleteObjectsCommand } from "@aws-sdk/client-s3"
import { isStorageError, type Cancellable } from "../driver.ts"
import type { S3Bucket } from "./bucket.ts"

/** S3's limit of keys in one request. */
const BATCH = 1000

export class Deleter {
  readonly #bucket: S3Bucket
  /** False once this server has refused to delete several at once, as Google's does. */
  #batches = true

  constructor(bucket: S3Bucket) {
    this.#bucket = bucket
  }

  async delete(keys: readonly string[], options: Cancellable): Promise<void> {
    for (let start = 0; start < keys.length; start += BATCH) {
      const batch = keys.slice(start, start + BATCH)
      if (batch.length === 1 || !this.#batches) await this.#one(batch, options)
      else await this.#many(batch, options)
    }
  }

  async #one(keys: readonly string[], { signal }: Cancellable): Promise<void> {
    for (const key of keys) {
      try {
        await this.#bucket.call({ key, signal }, (handling) =>
          this.#bucket.client.send(new DeleteObjectCommand(this.#bucket.locate(key)), handling),
        )
      } catch (error) {
        if (!isStorageError(error, "NOT_FOUND")) throw error
      }
    }
  }

  async #many(keys: readonly string[], options: Cancellable): Promise<void> {
    const { signal } = options
    const Objects = keys.map((key) => ({ Key: this.#bucket.nameOf(key) }))
    const command = new DeleteObjectsCommand({ Bucket: this.#bucket.name, Delete: { Objects, Quiet: true } })
    try {
      const { Errors } = await this.#bucket.call({ key: keys[0], signal }, (handling) =>
        this.#bucket.client.send(command, handling),
      )
      for (const { Key, Code, Message } of Errors ?? []) {
        if (Code === "NoSuchKey") continue
        const failure = Object.assign(new Error(Message), { name: Code })
        throw this.#bucket.describe(failure, Key === undefined ? undefined : this.#bucket.keyOf(Key))
      }
    } catch (error) {
      if (!isStorageError(error, "UNSUPPORTED")) throw error
      await this.#one(keys, options)
      this.#batches = false
    }
  }
}
