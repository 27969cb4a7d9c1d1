/**
 * What a registry tells its owner about bytes on their way between it and the store.
 * @module
 */
import type { Digest } from "../oci/digest.ts"

export type BlobEvent =
  /** A blob's bytes begin to move to the store (push) or from it (pull). */
  | { readonly type: "started"; readonly digest: Digest; readonly size: number }
  | { readonly type: "moved"; readonly digest: Digest; readonly bytes: number }
  /** The store has the blob now. */
  | { readonly type: "stored"; readonly digest: Digest; readonly size: number }
  /** It has been read to its end, and is what its digest says. */
  | { readonly type: "read"; readonly digest: Digest; readonly size: number }
  /** The store had the blob: nothing of it was moved. */
  | { readonly type: "present"; readonly digest: Digest; readonly size: number }

export type OnBlobEvent = (event: BlobEvent) => void
