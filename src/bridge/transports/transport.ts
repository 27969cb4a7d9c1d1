/**
 * How image bytes travel between a daemon and the registry of one transfer.
 * @module
 */
import type { Digest } from "../../oci/digest.ts"
import type { Reference, RepositoryName } from "../../oci/reference.ts"
import type { Registry } from "../../registry/registry.ts"
import type { FoundImage } from "../local-image.ts"
import type { PushTarget } from "../publish.ts"

export interface Transport extends AsyncDisposable {
  readonly registry: Registry
  /** Aborted by the first failure that makes it pointless to go on, which is its reason. */
  readonly failed: AbortSignal
}

export interface PushTransport extends Transport {
  /** Gets the image into the registry; its tag is then held, or known to name it already. */
  push(target: PushTarget, image: FoundImage): Promise<Digest>
}

export interface PullTransport extends Transport {
  /** Gets the image into the daemon, under the name that it is to have there. */
  pull(source: PullSource): Promise<void>
}

export interface PullSource {
  readonly name: RepositoryName
  readonly reference: Reference
  /** What the reference names. */
  readonly digest: Digest
  /** Repository and tag that the image gets in the daemon. */
  readonly image: { readonly repository: string; readonly tag: string }
}
