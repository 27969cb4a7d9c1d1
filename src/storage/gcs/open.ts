/**
 * From settings by name to a driver.
 * @module
 */
import type { StorageDriver } from "../driver.ts"
import { createGcsDriver, type GcsResources } from "./driver.ts"
import type { GcsDriverOptions } from "./options.ts"
import { requireIdentity } from "./sign-in.ts"

type Values = Readonly<Record<string, string | boolean | number | undefined>>

/**
 * Opens a bucket. Makes no request to it.
 * @throws MissingOptionError when nothing says who asks
 */
export async function openGcs(bucket: string, values: Values, shared: GcsResources): Promise<StorageDriver> {
  const options: GcsDriverOptions = {
    bucket,
    projectId: text(values, "project-id"),
    keyfile: text(values, "keyfile"),
    endpoint: text(values, "endpoint"),
    rootDir: text(values, "root-dir"),
    anonymous: values["anonymous"] === true,
  }
  await requireIdentity(options)
  return createGcsDriver(options, shared)
}

/** An empty variable in the environment is no value. */
function text(values: Values, name: string): string | undefined {
  const value = values[name]
  return typeof value === "string" && value !== "" ? value : undefined
}
