/**
 * A registry over one storage driver: the domain, without HTTP, SDK or Docker.
 * @module
 */
import { tmpdir } from "node:os"
import type { StorageDriver } from "../storage/driver.ts"
import { type Blobs, createBlobs } from "./blobs.ts"
import type { RegistryContext, RegistryOptions } from "./context.ts"
import { createManifests, type Manifests } from "./manifests.ts"
import { rememberAll, rememberNothing } from "./memory.ts"
import { createTags, type Tags } from "./tags.ts"
import { createUploads, type Uploads } from "./uploads.ts"

export interface Registry extends AsyncDisposable {
  readonly blobs: Blobs
  readonly uploads: Uploads
  readonly manifests: Manifests
  readonly tags: Tags
}

/** The driver stays the caller's; disposing of the registry drops the uploads that were left open. */
export function createRegistry(driver: StorageDriver, options: RegistryOptions): Registry {
  const context: RegistryContext = {
    ...options,
    driver,
    rewrite: options.rewrite ?? false,
    tempDir: options.tempDir ?? tmpdir(),
    memory: options.scope === "store" ? rememberAll() : rememberNothing(),
    onBlob: options.onBlob ?? (() => undefined),
  }
  const blobs = createBlobs(context)
  const uploads = createUploads(context, blobs)
  const tags = createTags(context)
  const manifests = createManifests(context, blobs, tags)
  return { blobs, uploads, manifests, tags, [Symbol.asyncDispose]: () => uploads.abandon() }
}
