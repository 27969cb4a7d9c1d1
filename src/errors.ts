/**
 * The errors that this package throws, from where they live.
 * @module
 */
export { ImageFileError } from "./archive/errors.ts"
export { TransferError, type TransferErrorCode } from "./bridge/errors.ts"
export { DockerError, type DockerErrorCode } from "./docker/errors.ts"
export { RegistryError, type RegistryErrorCode } from "./oci/errors.ts"
export { TagExistsError } from "./registry/immutable-tags.ts"
export { SpoolError } from "./registry/temp-file.ts"
export { isStorageError, StorageError, type StorageErrorCode } from "./storage/driver.ts"
export { UpkeepError, type UpkeepErrorCode } from "./upkeep/errors.ts"
export { StateFileError } from "./upkeep/known-digests.ts"
export { MissingOptionError, OptionError } from "./storage/errors.ts"
