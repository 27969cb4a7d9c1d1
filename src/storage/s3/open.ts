/**
 * From settings by name to a driver.
 * @module
 */
import type { StorageDriver } from "../driver.ts"
import { flagOf, type OptionValues, textOf } from "../option.ts"
import { createS3Driver, type S3Resources } from "./driver.ts"
import { resolveRegion } from "./region.ts"

/**
 * Opens a bucket. Makes no request, unless the region must be asked for.
 * @throws MissingOptionError when the region is not to be had, or half of a key pair is missing
 */
export async function openS3(
  bucket: string,
  values: OptionValues,
  shared: S3Resources,
): Promise<StorageDriver> {
  const options = {
    bucket,
    region: textOf(values, "region"),
    endpoint: textOf(values, "endpoint"),
    accessKey: textOf(values, "access-key"),
    secretKey: textOf(values, "secret-key"),
    sessionToken: textOf(values, "session-token"),
    profile: textOf(values, "profile"),
    rootDir: textOf(values, "root-dir"),
    anonymous: flagOf(values, "anonymous"),
    pathStyle: flagOf(values, "path-style"),
  }
  return createS3Driver({ ...options, region: await resolveRegion(options) }, shared)
}
