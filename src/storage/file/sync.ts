/**
 * Directories on disk: what was renamed, linked or made in one survives a power cut once the directory itself was synced.
 * @module
 */
import { open, type FileHandle } from "node:fs/promises"
import path from "node:path"
import { isSystemError } from "./system-error.ts"

/** Windows opens no directories; some network file systems do not sync them; a directory that is gone needs no sync. */
const CANNOT_SYNC = ["EISDIR", "EPERM", "EACCES", "EINVAL", "ENOTSUP", "ENOENT"]

/** Syncs that are asked for while one of the same directory runs share the next one. */
export class DirectorySyncs {
  /** Directories that others were made in since their last sync, and how many. */
  readonly #grown = new Map<string, number>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #next = new Map<string, Promise<void>>()

  /** Notes that `directory` was made: nothing below it is safe before its parent is synced. */
  made(directory: string): void {
    const parent = path.dirname(directory)
    this.#grown.set(parent, (this.#grown.get(parent) ?? 0) + 1)
  }

  /** Makes the name of a file, and those of the new directories above it, survive a power cut. */
  async syncNameOf(file: string): Promise<void> {
    const parent = path.dirname(file)
    const syncs = [this.sync(parent)]
    for (let child = parent; path.dirname(child) !== child; child = path.dirname(child)) {
      if (this.#grown.has(path.dirname(child))) syncs.push(this.sync(path.dirname(child)))
    }
    await Promise.all(syncs)
  }

  /** Resolves after a sync that began after this call. */
  sync(directory: string): Promise<void> {
    const running = this.#running.get(directory)
    if (!running) return this.#start(directory)
    const start = () => this.#start(directory)
    const next = this.#next.get(directory) ?? running.then(start, start)
    this.#next.set(directory, next)
    return next
  }

  #start(directory: string): Promise<void> {
    this.#next.delete(directory)
    const grown = this.#grown.get(directory)
    const run = async () => {
      try {
        await syncDirectory(directory)
        if (this.#grown.get(directory) === grown) this.#grown.delete(directory)
      } finally {
        this.#running.delete(directory)
      }
    }
    const running = run()
    this.#running.set(directory, running)
    return running
  }
}

async function syncDirectory(directory: string): Promise<void> {
  let handle: FileHandle | undefined
  try {
    handle = await open(directory, "r")
    await handle.sync()
  } catch (error) {
    if (!isSystemError(error, ...CANNOT_SYNC)) throw error
  } finally {
    await handle?.close()
  }
}
