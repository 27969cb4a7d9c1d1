/**
 * Uploads into a temporary file. Bytes are on disk, not in memory, when `append` takes the next chunk.
 * @module
 */
import type { ObjectUpload, UploadOptions } from "../driver.ts"
import { createUpload, type UploadSink } from "../upload.ts"
import { NAME, type FolderStore } from "./store.ts"
import { TemporaryFile } from "./temporary.ts"

/** Bytes gathered from small chunks into one write: a socket gives 64 KiB or less at a time. */
const BATCH = 256 * 1024

export function createFileUpload(store: FolderStore, key: string, options: UploadOptions): ObjectUpload {
  const identity = { driver: NAME, key, size: options.size, signal: options.signal }
  return createUpload(identity, () => new FileSink(store, key, options.onStored))
}

class FileSink implements UploadSink {
  readonly #store: FolderStore
  readonly #key: string
  readonly #target: string
  readonly #onStored: UploadOptions["onStored"]
  #batch: Buffer | undefined
  #batched = 0
  #temporary: TemporaryFile | undefined

  constructor(store: FolderStore, key: string, onStored: UploadOptions["onStored"]) {
    this.#store = store
    this.#key = key
    this.#target = store.pathOf(key)
    this.#onStored = onStored
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.#batched + chunk.byteLength > BATCH) await this.#flush()
    if (chunk.byteLength >= BATCH) return this.#writeOut(chunk)
    this.#batch ??= Buffer.allocUnsafeSlow(BATCH)
    this.#batch.set(chunk, this.#batched)
    this.#batched += chunk.byteLength
  }

  async finish({ ifAbsent }: { readonly ifAbsent: boolean }): Promise<void> {
    await this.#flush()
    this.#batch = undefined
    await this.#translated(async (file) => {
      await file.publish({ key: this.#key, ifAbsent })
    })
  }

  async discard(): Promise<void> {
    this.#batch = undefined
    await this.#temporary?.remove()
  }

  async #flush(): Promise<void> {
    if (!this.#batch || this.#batched === 0) return
    const bytes = this.#batch.subarray(0, this.#batched)
    this.#batched = 0
    await this.#writeOut(bytes)
  }

  async #writeOut(bytes: Uint8Array): Promise<void> {
    await this.#translated((file) => file.write(bytes))
    this.#onStored?.(bytes.byteLength)
  }

  async #translated(run: (file: TemporaryFile) => Promise<void>): Promise<void> {
    try {
      this.#temporary ??= await TemporaryFile.create(this.#store, this.#target)
      await run(this.#temporary)
    } catch (error) {
      throw await this.#store.translate(error, this.#key)
    }
  }
}
