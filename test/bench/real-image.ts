/**
 * An image of several hundred MB out of what this machine has: programs and libraries, which compress as real layers do, and some
 * bytes that do not compress at all.
 * @module
 */
import { randomFillSync } from "node:crypto"
import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs"
import { join } from "node:path"
import { type LayerTar, LINUX_AMD64, type LoadedImage, loadLayers } from "../support/random-image.ts"
import { TAR_END, tarHeader, tarPadding } from "../support/tar.ts"

const MiB = 1024 * 1024

interface LayerFile {
  /** Undefined: random bytes. */
  readonly path?: string
  readonly size: number
}

/** Four layers, 589 MB in all. */
export async function loadRealImage(name: string): Promise<LoadedImage> {
  return loadFiles(name, [
    filesBelow("/usr/lib", 230 * MiB),
    filesBelow("/usr/bin", 110 * MiB),
    [{ path: process.execPath, size: statSync(process.execPath).size }],
    [{ size: 100 * MiB }],
  ])
}

/** One layer of this many bytes, which compresses as libraries do. */
export async function loadOneLayer(name: string, bytes: number): Promise<LoadedImage> {
  return loadFiles(name, [filesBelow("/usr/lib", bytes)])
}

/** Random bytes, so that what is moved is what was made. */
export async function loadRandomLayers(name: string, sizes: readonly number[]): Promise<LoadedImage> {
  return loadFiles(
    name,
    sizes.map((size) => [{ size }]),
  )
}

function loadFiles(name: string, layers: readonly (readonly LayerFile[])[]): Promise<LoadedImage> {
  return loadLayers(layers.map(layerOf), { name, cmd: ["none"], platform: LINUX_AMD64 })
}

/** Regular files, folder by folder, until they have `bytes`. */
function filesBelow(root: string, bytes: number): LayerFile[] {
  const files: LayerFile[] = []
  let left = bytes
  const folders = [root]
  for (let folder = folders.shift(); folder !== undefined && left > MiB; folder = folders.shift()) {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) folders.push(path)
      if (!entry.isFile()) continue
      const { size } = statSync(path)
      if (size > left) continue
      files.push({ path, size })
      left -= size
    }
  }
  return files
}

function layerOf(files: readonly LayerFile[]): LayerTar {
  const padded = (size: number): number => 512 + size + tarPadding(size).length
  const size = files.reduce((sum, file) => sum + padded(file.size), TAR_END.length)
  return { size, content: contentOf(files) }
}

function* contentOf(files: readonly LayerFile[]): Generator<Uint8Array> {
  for (const [index, file] of files.entries()) {
    yield tarHeader({ name: `file-${index}`, size: file.size, mode: 0o755 })
    yield* file.path === undefined ? randomBytes(file.size) : bytesOf(file.path, file.size)
    yield tarPadding(file.size)
  }
  yield TAR_END
}

function* bytesOf(path: string, size: number): Generator<Uint8Array> {
  const file = openSync(path, "r")
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(Math.min(MiB, size + 1))
      const read = readSync(file, chunk)
      if (read === 0) return
      yield chunk.subarray(0, read)
    }
  } finally {
    closeSync(file)
  }
}

function* randomBytes(size: number): Generator<Uint8Array> {
  for (let left = size; left > 0; left -= MiB) yield randomFillSync(Buffer.alloc(Math.min(left, MiB)))
}
