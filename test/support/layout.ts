/**
 * OCI image layouts made of content, as folders and as archives.
 * @module
 */
import { mkdir, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { hexOf } from "../../src/oci/digest.ts"
import type { Content, Manifest } from "./oci-content.ts"
import { tarArchive, tarFile } from "./tar.ts"

export interface NamedContent extends Content {
  /** Annotation `org.opencontainers.image.ref.name`. */
  readonly name?: string
  /** Manifests that are left out. */
  readonly without?: readonly Manifest[]
}

/** The files of a layout, by their names. */
export function layoutFiles(...images: readonly NamedContent[]): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  const manifests = images.map(({ root, name }) => ({
    mediaType: root.mediaType,
    digest: root.digest,
    size: root.bytes.length,
    ...(name !== undefined && { annotations: { "org.opencontainers.image.ref.name": name } }),
  }))
  files.set("oci-layout", Buffer.from(`{"imageLayoutVersion":"1.0.0"}`))
  files.set("index.json", Buffer.from(JSON.stringify({ schemaVersion: 2, manifests })))
  for (const { blobs, children, root, without = [] } of images) {
    for (const [digest, bytes] of blobs) files.set(blobName(digest), bytes)
    for (const manifest of [...children, root]) {
      if (!without.includes(manifest)) files.set(blobName(manifest.digest), manifest.bytes)
    }
  }
  return files
}

export function blobName(digest: Manifest["digest"]): string {
  return `blobs/${digest.slice(0, digest.indexOf(":"))}/${hexOf(digest)}`
}

export async function writeFiles(folder: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  for (const [name, bytes] of files) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), bytes)
  }
}

export function archiveOf(files: ReadonlyMap<string, Uint8Array>): Buffer {
  return tarArchive([...files].map(([name, bytes]) => tarFile({ name }, bytes)))
}
