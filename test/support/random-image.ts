/**
 * Real images out of nothing: built here and loaded into the engine, so that no test pulls.
 * @module
 */
import { createCipheriv, createHash } from "node:crypto"
import { Readable } from "node:stream"
import { type Platform } from "../../src/oci/descriptor.ts"
import { imageId, loadImage, uniqueName } from "./docker.ts"
import { TAR_END, tarFile, tarHeader, tarPadding, tarSizeOf } from "./tar.ts"

interface RandomLayer {
  /** Bytes of the one file in the layer; the layer is at most 2 KiB larger. */
  readonly bytes: number
  /** Shrinks to about a quarter under gzip; incompressible otherwise. */
  readonly compressible?: boolean
  /** The same seed, size and kind give the same layer. */
  readonly seed: string
}

export interface RandomImageOptions {
  readonly layers: readonly RandomLayer[]
  /** `repository:tag`; unique when left out. */
  readonly name?: string
  readonly cmd?: readonly string[]
  /** linux/amd64 when left out. */
  readonly platform?: Platform
}

export interface LoadedImage {
  readonly name: string
  /** As the engine counts: digest of the configuration (classic store) or of the manifest (containerd store). */
  readonly id: string
  /** Digests of the uncompressed layers, in order. */
  readonly diffIds: readonly string[]
}

/** Loads an image of the given layers. Needs no more memory than one chunk, whatever the layers' size. */
export async function randomImage({ layers, name, cmd, platform }: RandomImageOptions): Promise<LoadedImage> {
  return loadLayers(
    layers.map((layer) => ({ size: tarSizeOf(layer.bytes), content: randomLayerTar(layer) })),
    { name: name ?? `${uniqueName()}:latest`, cmd: cmd ?? ["none"], platform: platform ?? LINUX_AMD64 },
  )
}

export const LINUX_AMD64: Platform = { os: "linux", architecture: "amd64" }

/** One layer: an uncompressed tar archive of known size. */
export interface LayerTar {
  readonly size: number
  readonly content: Iterable<Uint8Array>
}

export interface ImageDetails {
  readonly name: string
  readonly cmd: readonly string[]
  readonly platform: Platform
}

/** Streams a docker-archive into the engine: layers first, since the configuration needs their digests. */
export async function loadLayers(layers: readonly LayerTar[], details: ImageDetails): Promise<LoadedImage> {
  const diffIds: string[] = []
  await loadImage(Readable.from(dockerArchive(layers, details, diffIds), { objectMode: false }))
  return { name: details.name, id: await imageId(details.name), diffIds }
}

function* dockerArchive(
  layers: readonly LayerTar[],
  { name, cmd, platform }: ImageDetails,
  diffIds: string[],
) {
  const paths = layers.map((_, index) => `layer-${index}.tar`)
  for (const [index, { size, content }] of layers.entries()) {
    yield tarHeader({ name: `layer-${index}.tar`, size })
    const hash = createHash("sha256")
    for (const chunk of content) {
      hash.update(chunk)
      yield chunk
    }
    yield tarPadding(size)
    diffIds.push(`sha256:${hash.digest("hex")}`)
  }
  const config = JSON.stringify({
    ...platform,
    config: { Cmd: cmd },
    rootfs: { type: "layers", diff_ids: diffIds },
  })
  const configPath = `${createHash("sha256").update(config).digest("hex")}.json`
  yield tarFile({ name: configPath }, config)
  yield tarFile(
    { name: "manifest.json" },
    JSON.stringify([{ Config: configPath, RepoTags: [name], Layers: paths }]),
  )
  yield TAR_END
}

function* randomLayerTar({ bytes, compressible = false, seed }: RandomLayer): Generator<Uint8Array> {
  yield tarHeader({ name: "random.bin", size: bytes })
  yield* randomBytes(bytes, compressible, seed)
  yield tarPadding(bytes)
  yield TAR_END
}

const CHUNK = 256 * 1024
/** Of the compressible kind: random bytes at the start of every run of this many. Within reach of gzip's 32 KiB window. */
const RUN = 4096

/** A key stream: as fast as the disk, the same for the same seed, and nothing that gzip could find. */
function* randomBytes(bytes: number, compressible: boolean, seed: string): Generator<Uint8Array> {
  const key = createHash("sha256").update(`${seed} ${bytes} ${compressible}`).digest()
  const cipher = createCipheriv("aes-128-ctr", key.subarray(0, 16), key.subarray(16))
  const zeros = Buffer.alloc(CHUNK)
  for (let left = bytes; left > 0; left -= CHUNK) {
    const chunk = cipher.update(zeros.subarray(0, Math.min(left, CHUNK)))
    if (compressible) {
      for (let run = 0; run < chunk.length; run += RUN) chunk.subarray(run + RUN / 4, run + RUN).fill(0)
    }
    yield chunk
  }
}
