/**
 * An image out of an archive in the old shape, which has no manifest: it is made as Docker makes it, or as OCI does for layers that
 * Docker has no type for.
 * @module
 */
import type { ImageArchive } from "../../archive/image-archive.ts"
import { type Digest, digestOf } from "../../oci/digest.ts"
import {
  DOCKER_CONFIG,
  DOCKER_LAYER,
  DOCKER_MANIFEST,
  OCI_CONFIG,
  OCI_IMAGE_MANIFEST,
  OCI_LAYER,
} from "../../oci/media-types.ts"
import { type Contents, damaged, packedType, put, putBytes } from "./contents.ts"

export async function putDockerImage(
  contents: Contents,
  image: NonNullable<ImageArchive["image"]>,
): Promise<Digest> {
  const { archive, layers } = contents
  const config = archive.document(image.config)
  if (!config) throw damaged(`its configuration ${image.config} is missing`)
  const stored = image.layers.map((layer) => {
    const found = layers.get(archive.resolve(layer))
    if (!found) throw damaged(`its layer ${layer} is missing`)
    return found
  })
  const types = stored.some(({ content }) => content === "zstd") ? OCI_TYPES : DOCKER_TYPES
  const digest = digestOf(config)
  await putBytes(contents, digest, config)
  const manifest = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest, size: config.byteLength },
    layers: stored.map((layer) => ({
      mediaType: packedType(types.layer, layer),
      digest: layer.digest,
      size: layer.size,
    })),
  }
  return (await put(contents, Buffer.from(JSON.stringify(manifest)), types.manifest)).digest
}

const DOCKER_TYPES = { manifest: DOCKER_MANIFEST, config: DOCKER_CONFIG, layer: DOCKER_LAYER }
const OCI_TYPES = { manifest: OCI_IMAGE_MANIFEST, config: OCI_CONFIG, layer: OCI_LAYER }
