/**
 * Layers out of an archive, into the store: compressed ones as they are, others compressed on the way.
 * @module
 */
import { type ArchivedLayer } from "../../archive/image-archive.ts"
import { ArchiveError } from "../../archive/errors.ts"
import { compress, type CompressOptions } from "../../archive/compress.ts"
import { type LayerContent, recognise } from "../../archive/content.ts"
import { createHasher, type Digest } from "../../oci/digest.ts"
import type { RepositoryName } from "../../oci/reference.ts"
import type { Registry } from "../../registry/registry.ts"
import type { Spool } from "../../registry/spool.ts"

/** What became of an archive's layer. */
export interface StoredLayer {
  /** Of the bytes in the store. */
  readonly digest: Digest
  /** Bytes in the store. */
  readonly size: number
  readonly content: LayerContent
}

export interface LayerStore {
  /** Returns when the layer was read, which is before it is stored. */
  add(layer: ArchivedLayer): Promise<void>
  /** Resolves with what became of every layer, by the names of their entries. */
  settled(): Promise<ReadonlyMap<string, StoredLayer>>
}

export interface LayerStoreOptions {
  readonly registry: Registry
  readonly name: RepositoryName
  /** Left out, uncompressed layers stay so: for an engine whose manifests are kept. */
  readonly compression?: CompressOptions | undefined
  /** Layers that the store has, by the digest of their uncompressed form: they are neither compressed nor stored. */
  readonly known: ReadonlyMap<Digest, StoredLayer>
  /** Holds an uncompressed layer until its digest tells whether it is known. */
  readonly openSpool: () => Spool
  /** Told of each layer how much of it was read. */
  readonly onRead: (layer: ArchivedLayer, bytes: number) => void
}

export function createLayerStore({
  registry,
  name,
  compression,
  known,
  openSpool,
  onRead,
}: LayerStoreOptions): LayerStore {
  const stored = new Map<string, Promise<StoredLayer>>()

  /** The bytes go to the store once they are all there and hashed: an upload of unknown digest. */
  async function store(
    body: AsyncIterable<Uint8Array>,
    content: LayerContent,
  ): Promise<() => Promise<StoredLayer>> {
    const hashed = hashing(body)
    const session = await registry.uploads.create(name)
    await session.append({ source: hashed.chunks })
    const { digest, size } = hashed.result()
    return async () => {
      await session.commit(digest, { source: nothing(), size: 0 })
      return { digest, size, content }
    }
  }

  /** The bytes stream straight to the store; the archive goes on when the last of them has been taken. */
  async function passOn(
    digest: Digest,
    size: number,
    body: AsyncIterable<Uint8Array>,
    content: LayerContent,
  ): Promise<() => Promise<StoredLayer>> {
    const { promise: taken, resolve } = Promise.withResolvers<void>()
    async function* told(): AsyncGenerator<Uint8Array, void> {
      yield* body
      resolve()
    }
    const put = registry.uploads.put(name, digest, told(), size)
    await Promise.race([taken, put])
    return async () => {
      await put
      return { digest, size, content }
    }
  }

  const storePacked = (body: AsyncIterable<Uint8Array>, how: CompressOptions) =>
    store(compress(body, how), how.algorithm)

  async function take(
    { name, digest, diffId, size }: ArchivedLayer,
    content: LayerContent,
    body: AsyncIterable<Uint8Array>,
  ): Promise<() => Promise<StoredLayer>> {
    if (content !== "tar" || !compression)
      return digest ? passOn(digest, size, body, content) : store(body, content)
    const plain = diffId ?? digest
    const present = plain && known.get(plain)
    if (present) {
      for await (const _ of body);
      return async () => present
    }
    const checked = diffId ? expecting(diffId, name, body) : body
    return plain || known.size === 0
      ? storePacked(checked, compression)
      : storeUnlessKnown(checked, compression)
  }

  /** In archives whose names are no digests, what a layer is turns out when it has been read. */
  async function storeUnlessKnown(
    body: AsyncIterable<Uint8Array>,
    how: CompressOptions,
  ): Promise<() => Promise<StoredLayer>> {
    await using spool = openSpool()
    await spool.append(body)
    const present = known.get(await spool.digest("sha256"))
    return present ? async () => present : await storePacked(spool.read(), how)
  }

  async function* watched(layer: ArchivedLayer): AsyncGenerator<Uint8Array, void> {
    let read = 0
    for await (const chunk of layer.body) {
      read += chunk.byteLength
      onRead(layer, read)
      yield chunk
    }
  }

  return {
    async add(layer) {
      const { content, body } = await recognise(watched(layer))
      const commit = await take(layer, content, body)
      const work = commit()
      // Runs while the next layer is read; its failure is told by `settled`.
      work.catch(() => undefined)
      stored.set(layer.name, work)
    },

    async settled() {
      const entries = [...stored].map(async ([entry, work]) => [entry, await work] as const)
      return new Map(await Promise.all(entries))
    },
  }
}

function hashing(source: AsyncIterable<Uint8Array>) {
  const hasher = createHasher()
  let size = 0
  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of source) {
      hasher.update(chunk)
      size += chunk.byteLength
      yield chunk
    }
  }
  return { chunks: chunks(), result: () => ({ digest: hasher.digest(), size }) }
}

/** What an image says of a layer must be right: engines refuse the image otherwise. */
async function* expecting(
  diffId: Digest,
  name: string,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void> {
  const hashed = hashing(body)
  yield* hashed.chunks
  const { digest } = hashed.result()
  if (digest === diffId) return
  const text = `The layer '${name}' is damaged: its bytes hash to ${digest}, and not to ${diffId}.`
  throw new ArchiveError("DAMAGED", text)
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {}
