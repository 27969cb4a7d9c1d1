/**
 * From settings by name to a driver.
 * @module
 */
import type { StorageDriver } from "../driver.ts"
import { OptionError } from "../errors.ts"
import type { NetworkSettings } from "../network.ts"
import { flagOf, numberOf, type OptionValues, textOf } from "../option.ts"
import { createGcsDriver, type GcsResources } from "./driver.ts"
import type { GcsDriverOptions } from "./options.ts"
import { requireIdentity } from "./sign-in.ts"

/**
 * Opens a bucket. Makes no request to it.
 * @throws MissingOptionError when nothing says who asks
 * @throws OptionError for credentials that are none
 */
export async function openGcs(
  bucket: string,
  values: OptionValues,
  shared: GcsResources,
  network?: NetworkSettings,
): Promise<StorageDriver> {
  const options = { ...gcsOptions(bucket, values), network }
  await requireIdentity(options)
  return createGcsDriver(options, shared)
}

/** @throws OptionError for credentials that are none */
export function gcsOptions(bucket: string, values: OptionValues): GcsDriverOptions {
  return {
    bucket,
    projectId: textOf(values, "project-id"),
    keyfile: textOf(values, "keyfile"),
    credentials: readCredentials(values),
    endpoint: textOf(values, "endpoint"),
    rootDir: textOf(values, "root-dir"),
    anonymous: flagOf(values, "anonymous"),
    userAgent: textOf(values, "useragent"),
    partSize: numberOf(values, "chunk-size"),
  }
}

/** What is no JSON is a secret all the same: it stands in no message. */
function readCredentials(values: OptionValues): object | undefined {
  const text = textOf(values, "credentials")
  if (text === undefined) return undefined
  if (textOf(values, "keyfile")) {
    throw new OptionError(
      "credentials",
      "--option credentials and --keyfile both say who signs in: leave out one of them",
    )
  }
  const credentials = parse(text)
  if (isServiceAccount(credentials)) return credentials
  throw new OptionError(
    "credentials",
    '--option credentials is a service account\'s key as JSON, {"type": "service_account", …}, and what was given is not; --keyfile takes other kinds too',
  )
}

/** Other kinds name programs to run and servers to ask: as for the SDK, those come from a file of the user's only. */
function isServiceAccount(credentials: unknown): credentials is object {
  return (
    typeof credentials === "object" &&
    credentials !== null &&
    "type" in credentials &&
    credentials.type === "service_account"
  )
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
