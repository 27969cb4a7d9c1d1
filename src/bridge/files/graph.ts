/**
 * Everything that an image or an artifact is made of, found from its manifest on.
 * @module
 */
import { type Descriptor } from "../../oci/descriptor.ts"
import type { Digest } from "../../oci/digest.ts"
import { type Manifest, parseManifest } from "../../oci/manifest.ts"

export interface GraphNode {
  readonly descriptor: Descriptor
  readonly bytes: Uint8Array
  readonly manifest: Manifest
}

export interface Graph {
  /** Each once, what an index names before the index: the root is the last. */
  readonly manifests: readonly GraphNode[]
  /** Configurations and layers, each once. */
  readonly blobs: readonly Descriptor[]
}

/**
 * @param read the manifest that a descriptor means
 * @throws RegistryError MANIFEST_INVALID; whatever `read` throws
 */
export async function graphOf(
  root: Descriptor,
  read: (descriptor: Descriptor) => Promise<Uint8Array>,
): Promise<Graph> {
  const manifests = new Map<Digest, GraphNode>()
  const blobs = new Map<Digest, Descriptor>()

  async function visit(descriptor: Descriptor): Promise<void> {
    if (manifests.has(descriptor.digest)) return
    const bytes = await read(descriptor)
    const manifest = parseManifest(bytes, descriptor.mediaType)
    for (const child of manifest.manifests) await visit(child)
    const { config, layers } = manifest
    for (const blob of [...(config ? [config] : []), ...layers]) blobs.set(blob.digest, blob)
    manifests.set(descriptor.digest, { descriptor, bytes, manifest })
  }

  await visit(root)
  return { manifests: [...manifests.values()], blobs: [...blobs.values()] }
}
