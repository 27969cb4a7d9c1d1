/**
 * The storage driver: what the registry needs of a bucket or a folder, and nothing more.
 *
 * A driver can be written from this file alone. Common to all methods: keys are relative to the configured root, components
 * match `[A-Za-z0-9._-]+`, none is empty, `.` or `..`, and no key is the "directory" of another (`k` and `k/x`). Every
 * failure is a {@link StorageError}; an aborted `signal` rejects with the signal's reason. Nothing of a driver retries in its
 * caller: a driver retries what is worth retrying itself.
 * @module
 */

export interface ObjectStat {
  /** Bytes. */
  readonly size: number
  /** Opaque; changes with every write of the key. */
  readonly etag: string
  readonly modified: Date
}

/**
 * Bytes as they arrive, to be read once, to their end, or destroyed. Each chunk is good until the next one is asked for: whoever
 * keeps it for longer copies it.
 */
export interface Body extends AsyncIterable<Uint8Array> {
  /** Whoever still reads gets the error, or another one that says that it was closed. */
  destroy(error?: Error): void
}

export interface ObjectRead extends ObjectStat {
  /**
   * As long as it is the same, so are the bytes, whoever has tried to hide that they are not. Present where they come through no
   * network, which may change them on their way.
   */
  readonly fingerprint?: string
  /** The bytes asked for. */
  readonly body: Body
}

/** Bytes `start` to `end`, both included and both within the object; `end` left out means to its last byte. */
export interface ByteRange {
  readonly start: number
  readonly end?: number
}

/** An object (`size` set) or, with a delimiter, the common start of several keys (`size` undefined, `key` ends with `/`). */
export interface ListEntry {
  readonly key: string
  readonly size?: number
  readonly modified?: Date
}

export interface Cancellable {
  readonly signal?: AbortSignal | undefined
}

export interface WriteOptions extends Cancellable {
  /** Create only. PRECONDITION_FAILED if the key exists, where the store can tell; otherwise the write happens. */
  readonly ifAbsent?: boolean
  /** Replace only the version with this etag. PRECONDITION_FAILED if it is another one or gone. */
  readonly ifMatch?: string
}

export interface Written {
  readonly etag: string
  /** Given where the store keeps, and charges for, what is replaced or deleted, and says so. */
  readonly version?: string | undefined
}

export interface ReadOptions extends Cancellable {
  readonly range?: ByteRange
  /** The bytes under this key never change, so a cache in front of the store may give them. */
  readonly immutable?: boolean
}

export interface ListOptions extends Cancellable {
  /** `/`: keys that go on beyond the next slash after the prefix are folded into one entry. */
  readonly delimiter?: "/"
  /** Only keys (and folded entries) after this one, in code-unit order. */
  readonly startAfter?: string
}

export interface UploadOptions extends Cancellable {
  /** Bytes to come, if known: saves requests and memory. A different number appended makes `commit` fail. */
  readonly size?: number | undefined
  /** `commit` will be called with `ifAbsent`: for stores that have to be told at the start, and would otherwise look before. */
  readonly ifAbsent?: boolean | undefined
  /** Called with the number of bytes that the store has newly acknowledged. */
  readonly onStored?: ((bytes: number) => void) | undefined
}

export interface PresignOptions extends Cancellable {
  /** Milliseconds for which the URL is to be good, seven days at most. Temporary credentials may end before. */
  readonly lifetime: number
  /** Server by which readers reach the store, where it is not the driver's own: a signature covers the host. */
  readonly endpoint?: string | undefined
}

export interface StoreClock {
  /** To the second. */
  readonly now: Date
  /** Milliseconds by which the asker's clock may differ before the store refuses to be asked. */
  readonly tolerance?: number
}

export interface StaleUpload {
  readonly key: string
  readonly started: Date
  /** Bytes that it takes up; undefined if the store does not tell the asker. Present where it can be asked. */
  bytes?(options?: Cancellable): Promise<number | undefined>
  abort(): Promise<void>
}

/** A flat, strongly consistent key/object store. Knows keys; never digests, repository names or HTTP. */
export interface StorageDriver extends AsyncDisposable {
  /** The backend's name, as on the command line: for messages, never for decisions. */
  readonly name: string
  /** `move` renames, whatever the size: bytes may be staged under one key and published under another at no cost. */
  readonly renames: boolean
  /** Present and true once the store was found to know no conditions: a look before the write then stands for them. */
  readonly looksBeforeWriting?: boolean

  /** Absence is an answer, not an error: undefined. */
  stat(key: string, options?: Cancellable): Promise<ObjectStat | undefined>

  /**
   * Opens an object. `size` is the whole object's, whatever the range.
   * @throws StorageError NOT_FOUND before the first byte; INVALID_RANGE when the range starts at or beyond the end
   */
  read(key: string, options?: ReadOptions): Promise<ObjectRead>

  /**
   * Writes a small object in one atomic step: readers see the old bytes or the new ones.
   * @throws StorageError PRECONDITION_FAILED
   */
  write(key: string, body: Uint8Array, options?: WriteOptions): Promise<Written>

  /** Everything that starts with `prefix`, in code-unit order of the keys. Objects not yet committed are not listed. */
  list(prefix: string, options?: ListOptions): AsyncIterable<ListEntry>

  /**
   * Deletes one object or several: in as few requests as the store allows, and in this order where it has one. Deleting what
   * does not exist is no error.
   */
  delete(keys: string | readonly string[], options?: Cancellable): Promise<void>

  /** Starts a large object. Nothing needs to happen at the store before there are bytes. */
  createUpload(key: string, options?: UploadOptions): Promise<ObjectUpload>

  /**
   * Renames an object server-side, replacing the target.
   * @throws StorageError NOT_FOUND
   */
  move(from: string, to: string, options?: Cancellable): Promise<void>

  /**
   * Why nothing was found under `prefix` although it may be there, as a sentence for the user; undefined if there is no reason to
   * think so. For whoever fails anyway: it may cost a request. Present where stores have such reasons.
   */
  explainAbsence?(prefix: string, options?: Cancellable): Promise<string | undefined>

  /** Uploads that were started more than `olderThan` ago and neither committed nor aborted. Present where the store keeps such. */
  staleUploads?(prefix: string, olderThan: Date): AsyncIterable<StaleUpload>

  /**
   * A URL by which anybody reads the object until it expires, whole or in ranges, by GET alone: whoever has it needs no
   * credentials, so it belongs into no log. Undefined where these credentials cannot sign. Makes no request for the object, and
   * does not look whether it exists; the bytes must never change. Present where the store has such URLs.
   */
  presignRead?(key: string, options: PresignOptions): Promise<URL | undefined>

  /** The store's own time, from whatever it answers, a refusal included. Present where a server is asked. */
  clock?(options?: Cancellable): Promise<StoreClock | undefined>
}

/** An object that is invisible until committed. Disposing of it aborts it unless it was committed. */
export interface ObjectUpload extends AsyncDisposable {
  /** Bytes appended so far. */
  readonly size: number

  /**
   * Appends bytes and returns when all are taken: in memory or on their way, so memory is bounded by back-pressure. Chunks are
   * copied or sent before the next is asked for, so the source may reuse its buffer. May be called again, one call at a time.
   * If the source or the store fails, the upload is unusable and `commit` rejects.
   */
  append(source: AsyncIterable<Uint8Array>): Promise<void>

  /**
   * Makes the object visible, whole. A second call is a no-op.
   * @throws StorageError PRECONDITION_FAILED with `ifAbsent` when the key exists: the upload has then been aborted
   */
  commit(options?: { readonly ifAbsent?: boolean }): Promise<void>

  /** Leaves no object and no part. Idempotent; a no-op after `commit`. A clean-up that the store denies is no error. */
  abort(): Promise<void>
}

export type StorageErrorCode =
  | "NOT_FOUND"
  | "NO_SUCH_BUCKET"
  | "WRONG_REGION"
  | "CREDENTIALS"
  | "ACCESS_DENIED"
  | "PRECONDITION_FAILED"
  | "UNSUPPORTED"
  | "INVALID_RANGE"
  | "UPLOAD_INVALID"
  | "NO_SPACE"
  | "UNAVAILABLE"
  | "NOT_A_STORE"

export interface StorageErrorOptions extends ErrorOptions {
  readonly driver: string
  readonly key?: string | undefined
}

/** The one kind of error that leaves a driver. The message is a whole sentence that names bucket or folder, and key. */
export class StorageError extends Error {
  override readonly name = "StorageError"
  readonly code: StorageErrorCode
  readonly driver: string
  readonly key: string | undefined

  constructor(code: StorageErrorCode, message: string, options: StorageErrorOptions) {
    super(message, options)
    this.code = code
    this.driver = options.driver
    this.key = options.key
  }
}

/** True for a StorageError of one of these codes. */
export function isStorageError(error: unknown, ...codes: StorageErrorCode[]): error is StorageError {
  return error instanceof StorageError && (codes.length === 0 || codes.includes(error.code))
}
