/**
 * Moving an object within the bucket: atomically where the server can, otherwise it is a copy, of which no bytes travel, and a
 * delete.
 *
 * fake-gcs-server knows no move and honours no condition of a copy: the first is untested but for requests and answers.
 * @see https://cloud.google.com/storage/docs/json_api/v1/objects/move
 * @module
 */
import { isStorageError, type Cancellable } from "../driver.ts"
import { text } from "../failed-request.ts"
import { discard, readJson } from "./answer.ts"
import type { GcsBucket } from "./bucket.ts"
import { deleteObjects } from "./delete.ts"
import { statObject } from "./read.ts"

export class Mover {
  readonly #bucket: GcsBucket
  /** False once this server has refused to move what it copied. */
  #moves = true

  constructor(bucket: GcsBucket) {
    this.#bucket = bucket
  }

  async move(from: string, to: string, options: Cancellable): Promise<void> {
    if (this.#moves && (await this.#rename(from, to, options))) return
    await this.#copy(from, to, options)
    this.#moves = false
    await deleteObjects(this.#bucket, [from], options)
  }

  /** False where the server may know no such request, or wants a permission for it that copying does not need. */
  async #rename(from: string, to: string, { signal }: Cancellable): Promise<boolean> {
    const bucket = this.#bucket
    const url = bucket.objectUrl(from, { fields: "generation" }, `/moveTo/o/${bucket.encode(to)}`)
    let attempts = 0
    try {
      await bucket.call({ key: from, signal }, async () => {
        attempts += 1
        discard(await bucket.send({ method: "POST", url, signal }))
      })
      return true
    } catch (error) {
      if (!isStorageError(error, "NOT_FOUND", "UNSUPPORTED", "ACCESS_DENIED")) throw error
      // An earlier attempt, whose answer was lost, may have been the one that moved.
      return attempts > 1 && !(await statObject(bucket, from, { signal })) && this.#isThere(to, signal)
    }
  }

  async #isThere(key: string, signal: AbortSignal | undefined): Promise<boolean> {
    return (await statObject(this.#bucket, key, { signal })) !== undefined
  }

  /** A large object may take several requests, each of which goes on where the last one stopped. */
  async #copy(from: string, to: string, { signal }: Cancellable): Promise<void> {
    const bucket = this.#bucket
    const action = `/rewriteTo/b/${bucket.name}/o/${bucket.encode(to)}`
    for (let rewriteToken: string | undefined, done = false; !done;) {
      const url = bucket.objectUrl(from, { rewriteToken, fields: "kind,done,rewriteToken" }, action)
      const state = await bucket.call({ key: from, signal }, async () =>
        readJson(await bucket.send({ method: "POST", url, signal })),
      )
      rewriteToken = text(state, "rewriteToken")
      done = rewriteToken === undefined || rewriteToken === ""
      if (done) bucket.expect(text(state, "kind"), "result of a copy", from)
    }
  }
}
