/**
 * Archives of images, as `docker save` and its relatives write them, in both shapes: the old one (`<id>/layer.tar`, `<id>.json`,
 * `manifest.json`) and the OCI layout (`blobs/<alg>/<hex>`, `index.json`), which newer engines write with a `manifest.json` beside.
 * The bytes come first and what they are comes last, so the parts are told apart as they pass.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
 * @see https://github.com/moby/docker-image-spec/blob/v1.3.1/spec.md#combined-image-json--filesystem-changeset-format
 * @module
 */
import { posix } from "node:path"
import { type Descriptor, isRecord, readDescriptor } from "../oci/descriptor.ts"
import { type Digest, isDigest } from "../oci/digest.ts"
import { once } from "../chunks.ts"
import { ArchiveError } from "./errors.ts"
import { readTar, type TarEntry } from "./tar.ts"

/** A layer, or something else that is not JSON, as it passes. */
export interface ArchivedLayer {
  /** By which the archive's documents name it. */
  readonly name: string
  /** Of the bytes as they are, where the name says so. */
  readonly digest?: Digest | undefined
  /** Of its uncompressed form, where that was known before it was read. */
  readonly diffId?: Digest | undefined
  /** Bytes. */
  readonly size: number
  /** To be read to its end. */
  readonly body: AsyncIterable<Uint8Array>
}

export interface ImageArchive {
  /** What `index.json` names: the image, once for each of its names. Empty for an archive in the old shape. */
  readonly roots: readonly Descriptor[]
  /** What `manifest.json` names: names of entries. Undefined for an OCI layout that has none. */
  readonly image: { readonly config: string; readonly layers: readonly string[] } | undefined
  /** A manifest, an index or a configuration. */
  document(name: string): Uint8Array | undefined
  /** The entry that another is a link to, or itself. */
  resolve(name: string): string
}

/** Bytes: manifests and configurations are smaller. */
const DOCUMENT_LIMIT = 4 * 1024 * 1024

/** Files of the old shape that say nothing. */
const IGNORED = /(^|\/)(VERSION|repositories|oci-layout)$|^[0-9a-f]{64}\/json$/

/**
 * Reads an archive to its end; `onLayer` takes each layer as it passes.
 * @throws ArchiveError; whatever `source` and `onLayer` throw
 */
export async function readImageArchive(
  source: AsyncIterable<Uint8Array>,
  onLayer: (layer: ArchivedLayer) => Promise<void>,
): Promise<ImageArchive> {
  const documents = new Map<string, Uint8Array>()
  const links = new Map<string, string>()
  for await (const entry of readTar(source)) {
    const name = posix.normalize(entry.name)
    if (IGNORED.test(name)) continue
    if (entry.linkname !== undefined) links.set(name, targetOf(name, entry.linkname))
    else await sortOut({ ...entry, name }, documents, onLayer)
  }
  const roots = rootsOf(parse(documents, "index.json"))
  const image = imageOf(parse(documents, "manifest.json"))
  if (roots.length === 0 && !image) throw new ArchiveError("ABSENT", "There is no image in the archive.")
  return {
    roots,
    image,
    document: (name) => documents.get(name),
    resolve: (name) => links.get(name) ?? name,
  }
}

/** The name of the entry that holds a blob of an OCI layout. */
export function entryOf(digest: Digest): string {
  return `blobs/${digest.replace(":", "/")}`
}

/** Symbolic links are relative to where they stand; hard links, which name another entry, have no such start. */
function targetOf(name: string, linkname: string): string {
  return linkname.startsWith(".") ? posix.join(posix.dirname(name), linkname) : posix.normalize(linkname)
}

/** JSON is kept, everything else is a layer. */
async function sortOut(
  { name, size, body }: TarEntry,
  documents: Map<string, Uint8Array>,
  onLayer: (layer: ArchivedLayer) => Promise<void>,
): Promise<void> {
  const digest = digestOf(name)
  if (size > DOCUMENT_LIMIT || name.endsWith("/layer.tar")) return onLayer({ name, digest, size, body })
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  const bytes = Buffer.concat(chunks)
  if (isDocument(bytes)) documents.set(name, bytes)
  else await onLayer({ name, digest, size, body: once(bytes) })
}

function digestOf(name: string): Digest | undefined {
  const [, algorithm, hex] = /^blobs\/([a-z0-9]+)\/([0-9a-f]+)$/.exec(name) ?? []
  const digest = `${algorithm}:${hex}`
  return isDigest(digest) ? digest : undefined
}

/** A layer can begin like JSON, but it does not go on like it. */
function isDocument(bytes: Buffer): boolean {
  if (bytes[0] !== 0x7b && bytes[0] !== 0x5b) return false
  try {
    JSON.parse(bytes.toString())
    return true
  } catch {
    return false
  }
}

function parse(documents: ReadonlyMap<string, Uint8Array>, name: string): unknown {
  const bytes = documents.get(name)
  return bytes && (JSON.parse(Buffer.from(bytes).toString()) as unknown)
}

function rootsOf(index: unknown): readonly Descriptor[] {
  if (!isRecord(index) || !Array.isArray(index["manifests"])) return []
  return index["manifests"].flatMap((each) => readDescriptor(each) ?? [])
}

function imageOf(manifests: unknown): ImageArchive["image"] {
  const first: unknown = Array.isArray(manifests) ? manifests[0] : undefined
  if (!isRecord(first)) return undefined
  const { Config: config, Layers: layers } = first
  if (typeof config !== "string" || !Array.isArray(layers)) return undefined
  return { config: posix.normalize(config), layers: layers.map((layer) => posix.normalize(String(layer))) }
}
