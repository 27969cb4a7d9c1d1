/**
 * Container images in a bucket or a folder, as a library.
 * @module
 */
export {
  createEphemeralRegistry,
  type EphemeralOptions,
  type EphemeralRegistry,
} from "./bridge/ephemeral-registry.ts"
export type { ImageDestination, ImageSource } from "./bridge/files/endpoints.ts"
export { pullFile, type PullFileOptions } from "./bridge/files/pull-file.ts"
export { pushFile, type PushFileOptions } from "./bridge/files/push-file.ts"
export type { BlobCount, OnTransferEvent, TransferEvent } from "./bridge/events.ts"
export { pull, type PullOptions, type PullResult } from "./bridge/pull.ts"
export type { PublishedTag, PushTarget } from "./bridge/publish.ts"
export { push, type PushOptions, type PushResult } from "./bridge/push.ts"
export type { StoreSide, TransferOptions } from "./bridge/transfer.ts"
export { connectEngine, type DockerEngine, type EngineChoice } from "./docker/engine.ts"
export type { EngineInfo } from "./docker/info.ts"
export * from "./errors.ts"
export { createApp } from "./http/app.ts"
export type { Descriptor, Platform } from "./oci/descriptor.ts"
export { type Digest, digestOf, isDigest, parseDigest } from "./oci/digest.ts"
export {
  isRepositoryName,
  isTag,
  parseReference,
  parseRepositoryName,
  parseTag,
  type Reference,
  type RepositoryName,
  type Tag,
} from "./oci/reference.ts"
export { createRegistry, type Registry } from "./registry/registry.ts"
export { createMemoryBudget, type MemoryBudget } from "./storage/budget.ts"
export type { StorageDriver } from "./storage/driver.ts"
export type { Damage, DamageKind } from "./upkeep/damage.ts"
export { openKnownDigests, type KnownDigests } from "./upkeep/known-digests.ts"
export { prune, type PruneOptions, type PruneResult } from "./upkeep/prune.ts"
export { verify, type VerifyOptions, type VerifyResult } from "./upkeep/verify.ts"
export { openStore, type OpenStore, type OpenStoreOptions } from "./storage/open-store.ts"
export { type DriverEntry, type DriverOption, type DriverResources, DRIVERS } from "./storage/drivers.ts"
