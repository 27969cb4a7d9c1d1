/**
 * The boundary where an error becomes a response of the specification.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes
 * @module
 */
import type { ContentfulStatusCode } from "hono/utils/http-status"
import { RegistryError, type RegistryErrorCode } from "../oci/errors.ts"
import { StorageError, type StorageErrorCode } from "../storage/driver.ts"
import type { AppContext } from "./env.ts"

/** What a failure of the store is to a client. Its own sentence travels along, for Docker prints it. */
export const STORAGE_ERRORS = {
  NOT_FOUND: "UNKNOWN",
  NO_SUCH_BUCKET: "UNKNOWN",
  WRONG_REGION: "UNKNOWN",
  CREDENTIALS: "DENIED",
  ACCESS_DENIED: "DENIED",
  PRECONDITION_FAILED: "UNKNOWN",
  UNSUPPORTED: "UNKNOWN",
  INVALID_RANGE: "UNKNOWN",
  UPLOAD_INVALID: "UNKNOWN",
  NO_SPACE: "UNKNOWN",
  UNAVAILABLE: "UNAVAILABLE",
  NOT_A_STORE: "UNKNOWN",
} as const satisfies Record<StorageErrorCode, RegistryErrorCode>

export function errorResponse(c: AppContext, error: Error): Response {
  const { code, status, message, detail, headers } = toRegistryError(error)
  return c.json(
    { errors: [{ code, message, ...(detail !== undefined && { detail }) }] },
    status as ContentfulStatusCode,
    {
      ...headers,
    },
  )
}

export function toRegistryError(error: Error): RegistryError {
  if (error instanceof RegistryError) return error
  if (error instanceof StorageError) {
    return new RegistryError(STORAGE_ERRORS[error.code], { message: error.message, cause: error })
  }
  return new RegistryError("UNKNOWN", { message: error.message, cause: error })
}
