/**
 * The refusal of a manifest that names what is not there, which stays small however much of that it names.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes
 * @module
 */
import type { Descriptor } from "../oci/descriptor.ts"
import { RegistryError } from "../oci/errors.ts"

/** Blobs and manifests that are told by their digests; of more than that, how many more. */
const TOLD = 20

/** @param reason why each of them counts as missing, as it ends the sentence */
export function manifestBlobUnknown(missing: readonly Descriptor[], reason: string): RegistryError {
  const told = missing.slice(0, TOLD)
  const more = missing.length - told.length
  const digests = told.map(({ digest }) => digest).join(", ")
  return new RegistryError("MANIFEST_BLOB_UNKNOWN", {
    message: `the manifest names ${digests}${more > 0 ? ` and ${more} more` : ""}, which ${reason}`,
    detail: [
      ...told.map(({ digest, mediaType }) => ({ digest, mediaType })),
      ...(more > 0 ? [{ more }] : []),
    ],
  })
}
