/**
 * Layers that a repository has, by the digest of their uncompressed form: all that is known of a layer before it is compressed. A
 * configuration lists these digests in the order in which its manifest lists the layers.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md#properties
 * @module
 */
import { isRecord } from "../../oci/descriptor.ts"
import { type Digest, isDigest } from "../../oci/digest.ts"
import { RegistryError } from "../../oci/errors.ts"
import { type Manifest, parseManifest } from "../../oci/manifest.ts"
import type { Reference, RepositoryName, Tag } from "../../oci/reference.ts"
import type { Registry } from "../../registry/registry.ts"
import type { StoredLayer } from "./layers.ts"
import { readBlob } from "./read-blob.ts"

/** Tags that are looked at where the wanted one is new: the last ones, in the order of a listing. */
const NEIGHBOURS = 3

export async function knownLayers(
  registry: Registry,
  name: RepositoryName,
  tag: Tag,
  signal?: AbortSignal,
): Promise<ReadonlyMap<Digest, StoredLayer>> {
  const exists = (await registry.tags.resolve(name, tag, signal)) !== undefined
  const tags = exists ? [tag] : (await tagsOf(registry, name)).slice(-NEIGHBOURS)
  const named = await Promise.all(tags.map((each) => layersOf(registry, name, { tag: each }, signal)))
  const layers = new Map(named.flat())
  // A manifest can name what has got lost since.
  const found = await Promise.all(
    [...layers].map(async ([diffId, layer]) =>
      (await registry.blobs.stat(name, layer.digest, signal)) ? [[diffId, layer] as const] : [],
    ),
  )
  return new Map(found.flat())
}

type KnownLayer = readonly [diffId: Digest, layer: StoredLayer]

/** Of an index: the layers of all its images. What cannot be read is not known. */
async function layersOf(
  registry: Registry,
  name: RepositoryName,
  reference: Reference,
  signal?: AbortSignal,
): Promise<readonly KnownLayer[]> {
  try {
    const manifest = parseManifest((await registry.manifests.read(name, reference, signal)).bytes)
    const children = manifest.manifests.map(({ digest }) => layersOf(registry, name, { digest }, signal))
    return [...(await pairs(registry, name, manifest, signal)), ...(await Promise.all(children)).flat()]
  } catch (error) {
    if (error instanceof RegistryError) return []
    throw error
  }
}

async function pairs(
  registry: Registry,
  name: RepositoryName,
  { config, layers }: Manifest,
  signal?: AbortSignal,
): Promise<readonly KnownLayer[]> {
  if (!config) return []
  const diffIds = diffIdsOf(await readBlob(registry, name, config, signal))
  if (diffIds.length !== layers.length) return []
  return diffIds.flatMap((diffId, index) => {
    const layer = layers[index]
    const content = layer && /[.+](gzip|zstd)$/.exec(layer.mediaType)?.[1]
    return layer && content ? [[diffId, { ...layer, content: content as "gzip" | "zstd" }]] : []
  })
}

/** Digests of the uncompressed layers that a configuration lists, lowest first. That of an artifact may be anything. */
export function diffIdsOf(config: Uint8Array): readonly Digest[] {
  const json = parse(config)
  const rootfs = isRecord(json) ? json["rootfs"] : undefined
  const diffIds = isRecord(rootfs) ? rootfs["diff_ids"] : undefined
  return Array.isArray(diffIds) ? diffIds.filter((each): each is Digest => isDigest(String(each))) : []
}

function parse(config: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(config).toString())
  } catch {
    return undefined
  }
}

async function tagsOf(registry: Registry, name: RepositoryName): Promise<readonly Tag[]> {
  try {
    return (await registry.tags.list(name)).tags
  } catch (error) {
    if (error instanceof RegistryError) return []
    throw error
  }
}
