/**
 * What an archive's manifests are made of, and how a piece of it gets into the registry.
 * @module
 */
import { entryOf, type ImageArchive } from "../../archive/image-archive.ts"
import { once } from "../../chunks.ts"
import type { Descriptor } from "../../oci/descriptor.ts"
import { type Digest, digestOf } from "../../oci/digest.ts"
import type { RepositoryName } from "../../oci/reference.ts"
import type { Registry } from "../../registry/registry.ts"
import { TransferError } from "../errors.ts"
import type { StoredLayer } from "./layers.ts"

/** Everything that a manifest can be made of. */
export interface Contents {
  readonly registry: Registry
  readonly name: RepositoryName
  readonly archive: ImageArchive
  /** By the names of the archive's entries. */
  readonly layers: ReadonlyMap<string, StoredLayer>
}

/** A descriptor of what lies in the store. */
export interface Stored {
  readonly mediaType: string
  readonly digest: Digest
  readonly size: number
}

/** `…tar` becomes `…tar.gzip` with Docker, `…tar+gzip` with OCI. */
export function packedType(mediaType: string, { content }: StoredLayer): string {
  if (content !== "gzip" && content !== "zstd") return mediaType
  const separator = mediaType.startsWith("application/vnd.docker.") ? "." : "+"
  return `${mediaType.replace(/[.+](?:gzip|zstd)$/, "")}${separator}${content}`
}

/** A configuration, or a layer that is JSON: what attestations are made of. */
export async function putDocument(contents: Contents, blob: Descriptor): Promise<Stored> {
  const bytes = contents.archive.document(entryOf(blob.digest))
  if (!bytes) throw damaged(`${blob.digest} is missing`)
  await putBytes(contents, blob.digest, bytes)
  return blob
}

/** A small blob. */
export async function putBytes(
  { registry, name }: Contents,
  digest: Digest,
  bytes: Uint8Array,
): Promise<void> {
  await registry.uploads.put(name, digest, once(bytes), bytes.byteLength)
}

/** A manifest, without a tag. */
export async function put(
  { registry, name }: Contents,
  bytes: Uint8Array,
  mediaType: string,
): Promise<Stored> {
  const digest = digestOf(bytes)
  await registry.manifests.put(name, { digest }, bytes, mediaType)
  return { mediaType, digest, size: bytes.byteLength }
}

export function damaged(what: string): TransferError {
  return new TransferError("INCOMPLETE", `The archive of the image is not whole: ${what}.`)
}
