/**
 * A temporary file beside its target: written, synced, then published or removed.
 * @module
 */
import { open, rm, type FileHandle } from "node:fs/promises"
import { inDirectoryOf, pruneUpwards } from "./directories.ts"
import { etagOf } from "./etag.ts"
import { publish, type PublishOptions } from "./publish.ts"
import { temporaryName, type FolderStore } from "./store.ts"

export class TemporaryFile {
  readonly #store: FolderStore
  readonly #target: string
  readonly #path: string
  readonly #handle: FileHandle
  #open = true

  private constructor(store: FolderStore, target: string, path: string, handle: FileHandle) {
    this.#store = store
    this.#target = target
    this.#path = path
    this.#handle = handle
  }

  /** @param target path of the object to be */
  static async create(store: FolderStore, target: string): Promise<TemporaryFile> {
    const path = temporaryName(target)
    const handle = await inDirectoryOf(store, path, () => open(path, "wx", 0o666))
    return new TemporaryFile(store, target, path, handle)
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.byteLength > 0;) {
      const { bytesWritten } = await this.#handle.write(rest)
      rest = rest.subarray(bytesWritten)
    }
  }

  /** Makes the file the object, and returns its etag. */
  async publish(options: PublishOptions): Promise<string> {
    await this.#handle.sync()
    const etag = etagOf(await this.#handle.stat({ bigint: true }))
    await this.#close() // before the rename: Windows renames no open file
    await publish(this.#store, this.#path, this.#target, options)
    return etag
  }

  async remove(): Promise<void> {
    await this.#close()
    await rm(this.#path, { force: true })
    await pruneUpwards(this.#store, this.#path)
  }

  async #close(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    await this.#handle.close()
  }
}
