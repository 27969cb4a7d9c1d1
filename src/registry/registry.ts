/**
 * A registry over one storage driver: the domain, without HTTP, SDK or Docker.
 * @module
 */
import { tmpdir } from "node:os"
import type { StorageDriver } from "../storage/driver.ts"
import { type Blobs, createBlobs } from "./blobs.ts"
import { type Catalog, createCatalog } from "./catalog.ts"
import type { RegistryContext, RegistryOptions } from "./context.ts"
import { createImmutableTags } from "./immutable-tags.ts"
import { createManifestStore } from "./manifest-store.ts"
import { createManifests, type Manifests } from "./manifests.ts"
import { rememberAll, rememberNothing } from "./memory.ts"
import { overwriting } from "./overwriting.ts"
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
  const rewrite = options.rewrite ?? false
  const onWarning = options.onWarning ?? (() => undefined)
  const context: RegistryContext = {
    ...options,
    driver: rewrite ? overwriting(driver) : driver,
    rewrite,
    keepsReferrers: options.keepsReferrers ?? options.scope === "repository",
    tempDir: options.tempDir ?? tmpdir(),
    sessions: options.sessions ?? "memory",
    memory: options.scope === "store" ? rememberAll() : rememberNothing(),
    redirect: options.redirect,
    onBlob: options.onBlob ?? (() => undefined),
    onWarning,
  }
  const blobs = createBlobs(context)
  const uploads = createUploads(context, blobs)
  // By the driver as it is: what may not be replaced is not, whatever else is written again.
  const immutable = options.immutableTags ? createImmutableTags({ driver, onWarning }) : undefined
  const tags = createTags(context, immutable)
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
