/**
 * A small blob, whole.
 * @module
 */
import { collected } from "../../chunks.ts"
import type { Descriptor } from "../../oci/descriptor.ts"
import type { RepositoryName } from "../../oci/reference.ts"
import type { Registry } from "../../registry/registry.ts"

/** @throws RegistryError BLOB_UNKNOWN; DIGEST_INVALID if it is damaged */
export async function readBlob(
  { blobs }: Registry,
  name: RepositoryName,
  { digest }: Pick<Descriptor, "digest">,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const { body } = await blobs.read(name, digest, undefined, signal)
  return collected(body)
}
