/**
 * Which errors of the ephemeral registry end a transfer. The daemon would go on for a while, retry, and then say less.
 * @module
 */
import { RegistryError } from "../oci/errors.ts"
import { SpoolError } from "../registry/temp-file.ts"
import { isStorageError } from "../storage/driver.ts"
import { TransferError } from "./errors.ts"

/** What to tell the user; undefined for what is between the registry and the daemon alone. */
export function fatal(error: Error, access: "pull" | "push"): Error | undefined {
  // A driver has tried again whatever was worth it.
  if (isStorageError(error) || error instanceof SpoolError) return error
  if (!(error instanceof RegistryError)) return undefined
  // A daemon that pulls asks for what a manifest of the store names, in the sizes that it names.
  const missing = access === "pull" && (error.code === "BLOB_UNKNOWN" || error.status === 416)
  return missing || error.status >= 500 ? damaged(error) : undefined
}

/** The registry's own words, as a sentence. */
export function damaged(error: RegistryError): TransferError {
  const { message } = error
  return new TransferError("CONTENT_DAMAGED", `${message.charAt(0).toUpperCase()}${message.slice(1)}.`, {
    cause: error,
  })
}
