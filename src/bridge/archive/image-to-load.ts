/**
 * An image out of the registry, as an archive that `docker load` takes: an OCI layout with a `manifest.json` beside, which every
 * engine reads one way or the other. The containerd store keeps the manifest of the layout, digest and all.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
 * @module
 */
import type { Readable } from "node:stream"
import { entryOf } from "../../archive/image-archive.ts"
import { once } from "../../chunks.ts"
import { CONTAINERD_NAME, fullName, REF_NAME } from "../../layout/names.ts"
import { createTarWriter } from "../../archive/tar.ts"
import type { Descriptor } from "../../oci/descriptor.ts"
import type { Manifest } from "../../oci/manifest.ts"
import type { ManifestBytes } from "./platform-image.ts"
import { OCI_IMAGE_INDEX } from "../../oci/media-types.ts"

export interface LayerToLoad {
  readonly descriptor: Descriptor
  /** Left out where the daemon has the layer. */
  open?(): Promise<OpenLayer>
}

export interface OpenLayer extends AsyncDisposable {
  /** Bytes of the body. */
  readonly size: number
  readonly body: AsyncIterable<Uint8Array>
}

export interface ImageToLoad {
  /** Repository and tag that it gets. */
  readonly image: { readonly repository: string; readonly tag: string }
  readonly manifest: Manifest & { readonly config: Descriptor }
  /** From the index, if there is one, to the manifest; without them only `manifest.json` describes the image. */
  readonly layout?: readonly [ManifestBytes, ...ManifestBytes[]] | undefined
  readonly config: Uint8Array
  readonly layers: readonly LayerToLoad[]
}

/** Written as it is read. Destroyed with the error if a layer fails. */
export function archiveOf(image: ImageToLoad): Readable {
  const writer = createTarWriter()
  write(image, writer.add).then(writer.end, (error: Error) => writer.archive.destroy(error))
  return writer.archive
}

type Add = (name: string, size: number, body: AsyncIterable<Uint8Array>) => Promise<void>

async function write({ image, manifest, layout, config, layers }: ImageToLoad, add: Add): Promise<void> {
  const addBytes = (name: string, bytes: Uint8Array) => add(name, bytes.byteLength, once(bytes))
  const addJson = (name: string, value: unknown) => addBytes(name, Buffer.from(JSON.stringify(value)))
  // A layer may be there twice: an archive has each name once.
  for (const layer of new Map(layers.map((each) => [each.descriptor.digest, each])).values()) {
    if (!layer.open) continue
    await using open = await layer.open()
    await add(nameOf(layer.descriptor), open.size, open.body)
  }
  await addBytes(nameOf(manifest.config), config)
  const name = `${image.repository}:${image.tag}`
  if (layout) {
    for (const { descriptor, bytes } of layout) await addBytes(nameOf(descriptor), bytes)
    const annotations = {
      [CONTAINERD_NAME]: fullName(name),
      [REF_NAME]: image.tag,
    }
    const manifests = [{ ...layout[0].descriptor, annotations }]
    await addJson("index.json", { schemaVersion: 2, mediaType: OCI_IMAGE_INDEX, manifests })
    await addJson("oci-layout", { imageLayoutVersion: "1.0.0" })
  }
  const paths = layers.map(({ descriptor }) => nameOf(descriptor))
  await addJson("manifest.json", [{ Config: nameOf(manifest.config), RepoTags: [name], Layers: paths }])
}

function nameOf({ digest }: Descriptor): string {
  return entryOf(digest)
}
