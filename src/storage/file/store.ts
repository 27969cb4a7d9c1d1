/**
 * A folder as a store: where keys lie in it, what is shared by all calls on it, and what its errors mean.
 * @module
 */
import { stat } from "node:fs/promises"
import path from "node:path"
import { StorageError, type StorageErrorCode } from "../driver.ts"
import { assertKey } from "../keys.ts"
import { failureOf } from "./failures.ts"
import { Folding } from "./folding.ts"
import { isNotAnObject } from "./names.ts"
import { Sweep } from "./sweep.ts"
import { DirectorySyncs } from "./sync.ts"
import { isSystemError } from "./system-error.ts"

export const NAME = "file"

export interface FolderStoreOptions {
  /** The folder's path. */
  readonly root: string
  /** Makes the folder with the first write; until then it counts as empty. Otherwise a missing folder is an error. */
  readonly createRoot: boolean
}

export class FolderStore {
  readonly root: string
  readonly createRoot: boolean
  /** The root was there once: should it vanish, what was written is gone, and to make it anew would hide that. */
  #hadRoot = false
  readonly syncs = new DirectorySyncs()
  readonly folding = new Folding(this)
  readonly sweep = new Sweep(this)

  constructor(options: FolderStoreOptions) {
    this.root = path.resolve(options.root)
    this.createRoot = options.createRoot
  }

  /** @throws StorageError UNSUPPORTED for a key that no object can have */
  pathOf(key: string): string {
    assertKey(NAME, key)
    if (isNotAnObject(key)) {
      throw this.error("UNSUPPORTED", `"${key}" is a name for temporary files.`, key)
    }
    return path.join(this.root, key)
  }

  error(code: StorageErrorCode, sentence: string, key?: string, cause?: unknown): StorageError {
    return new StorageError(code, sentence, { driver: NAME, key, cause })
  }

  notFound(key: string, cause?: unknown): StorageError {
    return this.error("NOT_FOUND", `There is no object ${key} in the folder ${this.root}.`, key, cause)
  }

  /** What a failed file system call means for the caller. Anything but a system error is passed on as it is. */
  async translate(error: unknown, key: string | undefined): Promise<unknown> {
    if (!isSystemError(error)) return error
    if (error.code === "ENOENT" || error.code === "ENOTDIR") {
      const broken = await this.brokenRoot()
      if (broken) return broken
    }
    const { code, what } = failureOf(error.code)
    if (code === "NOT_FOUND") return this.notFound(key ?? "", error)
    const where = key ? `${key} in the folder ${this.root}` : `the folder ${this.root}`
    return this.error(code, `${what} for ${where} (${error.message}).`, key, error)
  }

  /** The root is there, now. */
  noteRoot(): void {
    this.#hadRoot = true
  }

  /** Why the root cannot hold objects, if so. A root that is yet to be made can. */
  async brokenRoot(): Promise<StorageError | undefined> {
    const hadRoot = this.#hadRoot // before the look: another call may make it while this one is told that there is none
    const found = await stat(this.root).catch(() => undefined)
    if (found?.isDirectory()) {
      this.noteRoot()
      return undefined
    }
    if (found) return this.error("NOT_A_STORE", `${this.root} is a file, not a folder of images.`)
    if (this.createRoot && !hadRoot) return undefined
    const what = hadRoot ? "has vanished since the command began" : "does not exist"
    return this.error("NO_SUCH_BUCKET", `The folder ${this.root} ${what}.`)
  }

  cannotMakeRoot(cause: unknown): StorageError {
    const why = cause instanceof Error ? cause.message : String(cause)
    const full = isSystemError(cause) && failureOf(cause.code).code === "NO_SPACE"
    const code = full ? "NO_SPACE" : "ACCESS_DENIED"
    return this.error(code, `The folder ${this.root} cannot be made (${why}).`, undefined, cause)
  }

  /** For calls to which a missing file is an answer: throws any other error, and when it is the root that is missing. */
  async absent(error: unknown, key?: string): Promise<undefined> {
    if (!isSystemError(error, "ENOENT", "ENOTDIR", "EISDIR")) throw await this.translate(error, key)
    const broken = await this.brokenRoot()
    if (broken) throw broken
  }

  /** Runs one driver call and translates what it throws. */
  async call<T>(key: string, signal: AbortSignal | undefined, run: (file: string) => Promise<T>): Promise<T> {
    signal?.throwIfAborted()
    const file = this.pathOf(key)
    try {
      return await run(file)
    } catch (error) {
      throw await this.translate(error, key)
    }
  }
}
