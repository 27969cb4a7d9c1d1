/**
 * A registry over one storage driver: the domain, without HTTP, SDK or Docker.
 * @module
 */
import { tmpdir } from "node:os"
import type { StorageDriver } from "../storage/driver.ts"
import { type Blobs, createBlobs } from "./blobs.ts"
import { type Catalog, createCatalog } from "./catalog.ts"
import type { RegistryContext, RegistryOptions } from "./context.ts"
import { createManifestStore } from "./manifest-store.ts"
import { createManifests, type Manifests } from "./manifests.ts"
import { rememberAll, rememberNothing } from "./memory.ts"
import { createReferrers, type Referrers } from "./referrers.ts"
import { createReferrersLists } from "./referrers-lists.ts"
import { createTags, type Tags } from "./tags.ts"
import { createUploads, type Uploads } from "./uploads.ts"

export interface Registry extends AsyncDisposable {
  readonly blobs: Blobs
  readonly uploads: Uploads
  readonly manifests: Manifests
  readonly tags: Tags
  readonly catalog: Catalog
  /** Not in the registry that a daemon pushes to or pulls from: its clients keep the list themselves, as a stock one has them do. */
  readonly referrers: Referrers | undefined
}

/** The driver stays the caller's; disposing of the registry drops the uploads that were left open. */
export function createRegistry(driver: StorageDriver, options: RegistryOptions): Registry {
  const context: RegistryContext = {
    ...options,
    driver,
    rewrite: options.rewrite ?? false,
    immutableTags: options.immutableTags ?? false,
    keepsReferrers: options.keepsReferrers ?? options.scope === "repository",
    tempDir: options.tempDir ?? tmpdir(),
    sessions: options.sessions ?? "memory",
    memory: options.scope === "store" ? rememberAll() : rememberNothing(),
    redirect: options.redirect,
    onBlob: options.onBlob ?? (() => undefined),
    onWarning: options.onWarning ?? (() => undefined),
  }
  const blobs = createBlobs(context)
  const uploads = createUploads(context, blobs)
  const tags = createTags(context)
  const store = createManifestStore(context)
  const lists = createReferrersLists(context, { store, blobs, tags })
  const referrers = context.keepsReferrers ? createReferrers(store, lists) : undefined
  const manifests = createManifests(context, { store, blobs, tags, referrers })
  const catalog = createCatalog(context)
  return {
    blobs,
    uploads,
    manifests,
    tags,
    catalog,
    referrers,
    [Symbol.asyncDispose]: () => uploads.abandon(),
  }
}
