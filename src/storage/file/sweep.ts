/**
 * Cleaning up after killed processes, beside the work of one that writes. `staleUploads` finds the rest.
 * @module
 */
import { staleTemporaries } from "./stale.ts"
import type { FolderStore } from "./store.ts"

/** Milliseconds since its last byte after which nobody is writing to a temporary file any more. */
const ABANDONED_AFTER = 24 * 60 * 60 * 1000

/** Directories that one sweep reads: some tens of milliseconds, and all of a store of a few dozen images. */
const DIRECTORIES = 1000

export class Sweep implements AsyncDisposable {
  readonly #store: FolderStore
  #running: Promise<void> | undefined
  #stopped = false

  constructor(store: FolderStore) {
    this.#store = store
  }

  /** Begins in the background, once: with the first write, since whoever only reads may not remove anything. */
  begin(): void {
    this.#running ??= this.#run().catch(() => undefined) // another process may do better; a write is not to fail for it
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true
    await this.#running
  }

  async #run(): Promise<void> {
    const before = new Date(Date.now() - ABANDONED_AFTER)
    for await (const stale of staleTemporaries(this.#store, "", before, DIRECTORIES)) {
      if (this.#stopped) return
      await stale.abort()
    }
  }
}
