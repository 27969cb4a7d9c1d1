/**
 * A folder as a store: where keys lie in it, which file names are ours, and what its errors mean.
 * @module
 */
import { randomUUID } from "node:crypto"
import { stat } from "node:fs/promises"
import path from "node:path"
import { StorageError, type StorageErrorCode } from "../driver.ts"
import { assertKey } from "../keys.ts"

export const NAME = "file"

/** Distribution's name for a file being written, `<file>.<uuid>.tmp`, and our lock. Neither is an object. */
const NOT_AN_OBJECT = /\.(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|lock)\.tmp$/

const CODES: Readonly<Record<string, StorageErrorCode>> = {
  ENOENT: "NOT_FOUND",
  ENOSPC: "NO_SPACE",
  EDQUOT: "NO_SPACE",
  EACCES: "ACCESS_DENIED",
  EPERM: "ACCESS_DENIED",
  EROFS: "ACCESS_DENIED",
  // A key that is the "directory" of another, which the driver contract rules out.
  ENOTDIR: "UNSUPPORTED",
  EISDIR: "UNSUPPORTED",
  ENOTEMPTY: "UNSUPPORTED",
  ENAMETOOLONG: "UNSUPPORTED",
}

const SENTENCES: Partial<Record<StorageErrorCode, string>> = {
  NO_SPACE: "There is no space left",
  ACCESS_DENIED: "Access is denied",
  UNSUPPORTED: "A file or folder is in the way or the name is too long",
}

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
    const code = CODES[error.code] ?? "UNAVAILABLE"
    if (code === "NOT_FOUND") return this.notFound(key ?? "", error)
    const what = SENTENCES[code] ?? "The file system failed"
    const where = key ? `${key} in the folder ${this.root}` : `the folder ${this.root}`
    return this.error(code, `${what} for ${where} (${error.message}).`, key, error)
  }

  /** The root is there, now. */
  noteRoot(): void {
    this.#hadRoot = true
  }

  /** Why the root cannot hold objects, if so. A root that is yet to be made can. */
  async brokenRoot(): Promise<StorageError | undefined> {
    const found = await stat(this.root).catch(() => undefined)
    if (found?.isDirectory()) {
      this.noteRoot()
      return undefined
    }
    if (found) return this.error("NOT_A_STORE", `${this.root} is a file, not a folder of images.`)
    if (this.createRoot && !this.#hadRoot) return undefined
    const what = this.#hadRoot ? "has vanished since the command began" : "does not exist"
    return this.error("NO_SUCH_BUCKET", `The folder ${this.root} ${what}.`)
  }

  cannotMakeRoot(cause: unknown): StorageError {
    const why = cause instanceof Error ? cause.message : String(cause)
    return this.error("ACCESS_DENIED", `The folder ${this.root} cannot be made (${why}).`, undefined, cause)
  }

  /** For calls to which a missing file is an answer: throws any other error, and when it is the root that is missing. */
  async absent(error: unknown): Promise<undefined> {
    if (!isSystemError(error, "ENOENT", "ENOTDIR", "EISDIR")) throw await this.translate(error, undefined)
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

export function isNotAnObject(fileName: string): boolean {
  return NOT_AN_OBJECT.test(fileName)
}

export function temporaryName(file: string): string {
  return `${file}.${randomUUID()}.tmp`
}

export function lockName(file: string): string {
  return `${file}.lock.tmp`
}

export function isSystemError(
  error: unknown,
  ...codes: string[]
): error is Error & { readonly code: string } {
  return (
    error instanceof Error &&
    "syscall" in error &&
    "code" in error &&
    typeof error.code === "string" &&
    (codes.length === 0 || codes.includes(error.code))
  )
}
