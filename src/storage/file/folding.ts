/**
 * File systems that take `a` and `A` for one name, as those of macOS and Windows do by default. Tags tell them apart.
 * @module
 */
import { lstat, readdir } from "node:fs/promises"
import path from "node:path"
import type { FolderStore } from "./store.ts"

export class Folding {
  readonly #store: FolderStore
  #folds: boolean | undefined

  constructor(store: FolderStore) {
    this.#store = store
  }

  /** As {@link assertDistinct}, the first time: finds out by a temporary file of which another spelling is there or not. */
  async probe(temporary: string, target: string): Promise<void> {
    if (this.#folds !== undefined) return
    const otherSpelling = path.join(path.dirname(temporary), path.basename(temporary).toUpperCase())
    this.#folds = await lstat(otherSpelling).then(
      () => true,
      () => false,
    )
    await this.assertDistinct(target)
  }

  /**
   * Reads every directory above the file, but only where names are folded.
   * @throws StorageError UNSUPPORTED if writing `file` would write to an object whose key is spelled in another way
   */
  async assertDistinct(file: string): Promise<void> {
    if (!this.#folds) return
    const { root } = this.#store
    let directory = root
    for (const name of path.relative(root, file).split(path.sep)) {
      const names: readonly string[] = await readdir(directory).catch(() => [])
      const other = names.find((each) => each !== name && each.toLowerCase() === name.toLowerCase())
      if (other !== undefined && !names.includes(name)) {
        const sentence = `"${name}" cannot be kept beside "${other}" in the folder ${root}: its file system takes capital and small letters for the same.`
        throw this.#store.error("UNSUPPORTED", sentence, path.relative(root, file))
      }
      directory = path.join(directory, name)
    }
  }
}
