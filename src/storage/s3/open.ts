/**
 * From settings by name to a driver.
 * @module
 */
import type { StorageDriver } from "../driver.ts"
import { createS3Driver, type S3Resources } from "./driver.ts"
import { resolveRegion } from "./region.ts"

type Values = Readonly<Record<string, string | boolean | number | undefined>>

/**
 * Opens a bucket. Makes no request, unless the region must be asked for.
 * @throws MissingOptionError when the region is not to be had, or half of a key pair is missing
 */
export async function openS3(bucket: string, values: Values, shared: S3Resources): Promise<StorageDriver> {
  const options = {
    bucket,
    region: text(values, "region"),
    endpoint: text(values, "endpoint"),
    accessKey: text(values, "access-key"),
    secretKey: text(values, "secret-key"),
    sessionToken: text(values, "session-token"),
    profile: text(values, "profile"),
    rootDir: text(values, "root-dir"),
    anonymous: flag(values, "anonymous"),
    pathStyle: flag(values, "path-style"),
  }
  return createS3Driver({ ...options, region: await resolveRegion(options) }, shared)
}

/** An empty variable in the environment is no value. */
function text(values: Values, name: string): string | undefined {
  const value = values[name]
  return typeof value === "string" && value !== "" ? value : undefined
}

function flag(values: Values, name: string): boolean | undefined {
  const value = values[name]
  return typeof value === "boolean" ? value : undefined
}
