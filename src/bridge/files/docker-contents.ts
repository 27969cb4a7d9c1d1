/**
 * One image of an archive of `docker save`, with everything but its layers read: what the archive transport gets at the end of its
 * stream, a file gives at the start.
 * @module
 */
import type { DockerArchiveImage } from "../../archive/docker-archive.ts"
import { readJson, readSmall } from "../../archive/files.ts"
import { type ArchivedLayer, entryOf, type ImageArchive } from "../../archive/image-archive.ts"
import type { TarFiles } from "../../archive/tar-file.ts"
import { readLayout } from "../../layout/read-layout.ts"
import type { Descriptor, Platform } from "../../oci/descriptor.ts"
import { type Digest, digestOf } from "../../oci/digest.ts"
import { MANIFEST_LIMIT } from "../../oci/manifest.ts"
import { diffIdsOf } from "../archive/known-layers.ts"
import { damaged, refused } from "./failure.ts"
import { graphOf, type GraphNode } from "./graph.ts"
import { heldImage } from "./held-image.ts"

export interface DockerContents {
  readonly archive: ImageArchive
  /** Without their bodies, each once. */
  readonly layers: readonly Omit<ArchivedLayer, "body">[]
  /** Platforms that the image has and the archive does not hold. */
  readonly missing: readonly string[]
  /** Digest of the configuration and of what `index.json` names: what engines take for the image's id. */
  readonly ids: readonly Digest[]
}

/** @throws TransferError PLATFORM_ABSENT, CONTENT_DAMAGED; ArchiveError */
export async function dockerContents(
  files: TarFiles,
  image: DockerArchiveImage,
  platform: Platform | undefined,
): Promise<DockerContents> {
  const isLayout = (await files.size("index.json")) !== undefined
  const whole = isLayout ? await layoutContents(files, image, platform) : undefined
  return whole ?? plainContents(files, image)
}

async function plainContents(files: TarFiles, image: DockerArchiveImage): Promise<DockerContents> {
  const config = await document(files, image.config)
  await readJson(files, image.config, MANIFEST_LIMIT) // or it is none
  const diffIds = diffIdsOf(config)
  const layers = new Map<string, Omit<ArchivedLayer, "body">>()
  for (const [index, name] of image.layers.entries()) {
    const entry = files.resolve(name)
    const diffId = diffIds.length === image.layers.length ? diffIds[index] : undefined
    layers.set(entry, { name: entry, diffId, size: await sizeOf(files, name) })
  }
  return {
    archive: archiveOf(files, [], image, new Map([[image.config, config]])),
    layers: [...layers.values()],
    missing: [],
    ids: [digestOf(config)],
  }
}

/** As the layout in the archive describes it: with the manifest that the engine has, or all of an index. Undefined if it does not. */
async function layoutContents(
  files: TarFiles,
  image: DockerArchiveImage,
  platform: Platform | undefined,
): Promise<DockerContents | undefined> {
  const layout = await readLayout(files)
  const roots = new Map(layout.images.map((root) => [root.digest, root]))
  for (const candidate of roots.values()) {
    const { root, made, missing } = await heldImage(layout, candidate, platform)
    const read = async (descriptor: Descriptor) => {
      const bytes = descriptor.digest === root.digest ? made : undefined
      return bytes ?? (await layout.readManifest(descriptor)) ?? document(files, entryOf(descriptor.digest))
    }
    const { manifests } = await graphOf(root, read).catch((error: unknown) => {
      throw refused(error, `The image ${root.digest} in ${files.place}`)
    })
    // With a platform, or an index, `manifest.json` may be about another one of the same image.
    const isIt = configsOf(manifests).some((config) => entryOf(config) === image.config)
    if (!isIt && roots.size > 1) continue
    const documents = new Map(manifests.map(({ descriptor, bytes }) => [entryOf(descriptor.digest), bytes]))
    for (const name of configsOf(manifests).map(entryOf)) documents.set(name, await document(files, name))
    return {
      archive: archiveOf(files, [root], undefined, documents),
      layers: await layersOf(files, manifests),
      missing,
      ids: [root.digest, ...(manifests.length === 1 ? configsOf(manifests) : [])],
    }
  }
  return undefined
}

function configsOf(manifests: readonly GraphNode[]): readonly Digest[] {
  return manifests.flatMap(({ manifest }) => manifest.config?.digest ?? [])
}

async function layersOf(
  files: TarFiles,
  manifests: readonly GraphNode[],
): Promise<readonly Omit<ArchivedLayer, "body">[]> {
  const all = manifests.flatMap(({ manifest }) => manifest.layers)
  const layers = [...new Map(all.map((layer) => [layer.digest, layer])).values()]
  return Promise.all(
    layers.map(async ({ digest }) => {
      const name = entryOf(digest)
      // Only that of an uncompressed layer is looked at, whose digest it is.
      return { name, digest, diffId: digest, size: await sizeOf(files, name) }
    }),
  )
}

function archiveOf(
  files: TarFiles,
  roots: readonly Descriptor[],
  image: ImageArchive["image"],
  documents: ReadonlyMap<string, Uint8Array>,
): ImageArchive {
  return { roots, image, document: (name) => documents.get(name), resolve: files.resolve }
}

async function document(files: TarFiles, name: string): Promise<Uint8Array> {
  const bytes = await readSmall(files, name, MANIFEST_LIMIT)
  if (bytes) return bytes
  throw damaged(`${files.place} is not whole: it has no '${name}'.`)
}

async function sizeOf(files: TarFiles, name: string): Promise<number> {
  const size = await files.size(name)
  if (size !== undefined) return size
  throw damaged(`${files.place} is not whole: it has no '${name}'.`)
}
