/**
 * The error codes of the OCI distribution specification, as one table.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes
 * @module
 */

interface ErrorRow {
  readonly status: number
  readonly message: string
}

/** Code → HTTP status and message. The last two are Distribution's, for what the specification leaves open. */
export const REGISTRY_ERRORS = {
  BLOB_UNKNOWN: { status: 404, message: "blob unknown to registry" },
  BLOB_UPLOAD_INVALID: { status: 400, message: "blob upload invalid" },
  BLOB_UPLOAD_UNKNOWN: { status: 404, message: "blob upload unknown to registry" },
  DIGEST_INVALID: { status: 400, message: "provided digest did not match uploaded content" },
  MANIFEST_BLOB_UNKNOWN: {
    status: 404,
    message: "manifest references a manifest or blob unknown to registry",
  },
  MANIFEST_INVALID: { status: 400, message: "manifest invalid" },
  MANIFEST_UNKNOWN: { status: 404, message: "manifest unknown to registry" },
  NAME_INVALID: { status: 400, message: "invalid repository name" },
  NAME_UNKNOWN: { status: 404, message: "repository name not known to registry" },
  SIZE_INVALID: { status: 400, message: "provided length did not match content length" },
  UNAUTHORIZED: { status: 401, message: "authentication required" },
  DENIED: { status: 403, message: "requested access to the resource is denied" },
  UNSUPPORTED: { status: 405, message: "the operation is unsupported" },
  TOOMANYREQUESTS: { status: 429, message: "too many requests" },
  UNAVAILABLE: { status: 503, message: "the storage behind the registry is unavailable" },
  UNKNOWN: { status: 500, message: "unknown error" },
} as const satisfies Record<string, ErrorRow>

export type RegistryErrorCode = keyof typeof REGISTRY_ERRORS

export interface RegistryErrorOptions extends ErrorOptions {
  /** Overrides the table's message with a sentence about this very case. */
  readonly message?: string
  /** Free-form data for the client, sent as `detail`. */
  readonly detail?: unknown
  /** Overrides the table's status, for example 413 or 416. */
  readonly status?: number
  /** Response headers that the protocol asks for beside the error, such as `Range`. */
  readonly headers?: Readonly<Record<string, string>>
}

/** What the registry refuses, in the specification's terms. */
export class RegistryError extends Error {
  override readonly name = "RegistryError"
  readonly code: RegistryErrorCode
  readonly status: number
  readonly detail: unknown
  readonly headers: Readonly<Record<string, string>>

  constructor(code: RegistryErrorCode, options: RegistryErrorOptions = {}) {
    const row = REGISTRY_ERRORS[code]
    super(options.message ?? row.message, options)
    this.code = code
    this.status = options.status ?? row.status
    this.detail = options.detail
    this.headers = options.headers ?? {}
  }
}
