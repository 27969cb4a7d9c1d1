/**
 * From settings by name to a driver.
 * @module
 */
import type { StorageDriver } from "../driver.ts"
import type { NetworkSettings } from "../network.ts"
import { flagOf, numberOf, type OptionValues, textOf } from "../option.ts"
import { readCloudFront } from "./cloudfront-options.ts"
import { refuseContradictions } from "./contradictions.ts"
import { createS3Driver, type S3Resources } from "./driver.ts"
import type { S3DriverOptions } from "./options.ts"
import { resolveRegion } from "./region.ts"

export type S3Settings = Omit<S3DriverOptions, "region"> & { readonly region: string | undefined }

/**
 * Opens a bucket. Makes no request, unless the region must be asked for.
 * @throws MissingOptionError when the region is not to be had, or half of a key pair is missing
 * @throws OptionError
 */
export async function openS3(
  bucket: string,
  values: OptionValues,
  shared: S3Resources,
  network?: NetworkSettings,
): Promise<StorageDriver> {
  const options = { ...(await s3Options(bucket, values)), network }
  return createS3Driver({ ...options, region: await resolveRegion(options) }, shared)
}

/**
 * The region may be missing.
 * @throws OptionError
 */
export async function s3Options(bucket: string, values: OptionValues): Promise<S3Settings> {
  refuseContradictions(bucket, values)
  return {
    bucket,
    region: textOf(values, "region"),
    endpoint: withScheme(textOf(values, "endpoint"), flagOf(values, "secure")),
    accessKey: textOf(values, "access-key"),
    secretKey: textOf(values, "secret-key"),
    sessionToken: textOf(values, "session-token"),
    profile: textOf(values, "profile"),
    rootDir: textOf(values, "root-dir"),
    anonymous: flagOf(values, "anonymous"),
    pathStyle: flagOf(values, "path-style"),
    partSize: numberOf(values, "chunk-size"),
    storageClass: textOf(values, "storage-class"),
    acl: textOf(values, "objectacl"),
    encrypt: flagOf(values, "encrypt"),
    kmsKeyId: textOf(values, "kms-key-id"),
    accelerate: flagOf(values, "accelerate"),
    dualStack: flagOf(values, "usedualstack"),
    fips: flagOf(values, "usefipsendpoint"),
    userAgent: textOf(values, "useragent"),
    copyThreshold: numberOf(values, "multipartcopythresholdsize"),
    copyPartSize: numberOf(values, "multipartcopychunksize"),
    cloudFront: await readCloudFront(values),
  }
}

/** An endpoint with a scheme has said it itself. */
function withScheme(endpoint: string | undefined, secure: boolean | undefined): string | undefined {
  if (!endpoint || secure === undefined || /^https?:\/\//i.test(endpoint)) return endpoint
  return `${secure ? "https" : "http"}://${endpoint}`
}
