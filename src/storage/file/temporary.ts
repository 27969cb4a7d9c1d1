/**
 * A temporary file beside its target: written, synced, then published or removed.
 * @module
 */
import { open, rm, type FileHandle } from "node:fs/promises"
import { inDirectoryOf, pruneUpwards } from "./directories.ts"
import { etagOf } from "./etag.ts"
import { temporaryName } from "./names.ts"
import { publish, type PublishOptions } from "./publish.ts"
import type { FolderStore } from "./store.ts"

export class TemporaryFile implements AsyncDisposable {
  readonly #store: FolderStore
  readonly #target: string
  readonly #path: string
  readonly #handle: FileHandle
  #open = true
  #published = false

  private constructor(store: FolderStore, target: string, path: string, handle: FileHandle) {
    this.#store = store
    this.#target = target
    this.#path = path
    this.#handle = handle
  }

  /** @param target path of the object to be */
  static async create(store: FolderStore, target: string): Promise<TemporaryFile> {
    await store.folding.assertDistinct(target)
    const path = temporaryName(target)
    const handle = await inDirectoryOf(store, path, () => open(path, "wx", 0o666))
    const temporary = new TemporaryFile(store, target, path, handle)
    try {
      await store.folding.probe(path, target)
    } catch (error) {
      await temporary.remove()
      throw error
    }
    store.sweep.begin()
    return temporary
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.byteLength > 0;) {
      const { bytesWritten } = await this.#handle.write(rest)
      rest = rest.subarray(bytesWritten)
    }
  }

  /** Makes the file the object, and returns its etag. */
  async publish(options: PublishOptions): Promise<string> {
    await this.#stamp()
    await this.#handle.sync()
    const etag = etagOf(await this.#handle.stat({ bigint: true }))
    await this.#close() // before the rename: Windows renames no open file
    await publish(this.#store, this.#path, this.#target, options)
    this.#published = true
    return etag
  }

  /** Removes the file, unless it has been published. */
  async remove(): Promise<void> {
    await this.#close()
    if (this.#published) return
    await rm(this.#path, { force: true })
    await pruneUpwards(this.#store, this.#path)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove()
  }

  /** Clocks of file systems may tick every 4 ms and inodes are used again at once: without this, two etags could be the same. */
  async #stamp(): Promise<void> {
    const seconds = (Date.now() + Math.random()) / 1000
    await this.#handle.utimes(seconds, seconds)
  }

  async #close(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    await this.#handle.close()
  }
}
