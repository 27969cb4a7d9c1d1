/**
 * What `docker save` wrote, in a file: `manifest.json` names the images and what they are made of. Newer engines have an OCI layout
 * around it.
 * @see https://github.com/moby/docker-image-spec/blob/v1.3.1/spec.md#combined-image-json--filesystem-changeset-format
 * @module
 */
import { posix } from "node:path"
import { isRecord } from "../oci/descriptor.ts"
import { MANIFEST_LIMIT } from "../oci/manifest.ts"
import { ArchiveError } from "./errors.ts"
import { type ImageFiles, readJson } from "./files.ts"

export interface DockerArchiveImage {
  /** The entry of the configuration. */
  readonly config: string
  /** The entries of the layers, lowest first. */
  readonly layers: readonly string[]
  readonly names: readonly string[]
}

/** @throws ArchiveError ABSENT if it is no such archive, DAMAGED if its `manifest.json` is not what it should be */
export async function readDockerArchive(files: ImageFiles): Promise<readonly DockerArchiveImage[]> {
  const manifest = await readJson(files, "manifest.json", MANIFEST_LIMIT)
  if (manifest === undefined) {
    const isLayout = (await files.size("index.json")) !== undefined
    const text = `${files.place} is no archive of docker save: it has no 'manifest.json'.`
    throw new ArchiveError(
      "ABSENT",
      isLayout ? `${text} It is an OCI layout: write oci-archive: before its path.` : text,
    )
  }
  const images = Array.isArray(manifest) ? manifest.map(imageOf) : []
  if (images.length > 0 && images.every((image) => image !== undefined)) return images
  throw new ArchiveError(
    "DAMAGED",
    `'manifest.json' in ${files.place} does not say what an image is made of.`,
  )
}

function imageOf(value: unknown): DockerArchiveImage | undefined {
  if (!isRecord(value)) return undefined
  const { Config: config, Layers: layers, RepoTags: names } = value
  if (typeof config !== "string" || !Array.isArray(layers)) return undefined
  return {
    config: posix.normalize(config),
    layers: layers.map((layer) => posix.normalize(String(layer))),
    names: Array.isArray(names) ? names.map(String) : [],
  }
}
