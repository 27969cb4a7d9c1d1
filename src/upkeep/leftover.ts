/**
 * What an upload that nobody goes on with has left in a store.
 * @module
 */
export interface Leftover {
  /**
   * - session: the directory of an upload, as a registry makes it
   * - unfinished: bytes that the store keeps of an object that never became one: parts, or a temporary file
   */
  readonly kind: "session" | "unfinished"
  /** Of the object to be, or of the directory: then it ends with `/`. */
  readonly key: string
  readonly started: Date
  /** Undefined where the store does not tell. */
  readonly bytes: number | undefined
  /** Idempotent. */
  remove(): Promise<void>
}
