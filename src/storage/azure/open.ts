/**
 * From settings by name to a driver.
 * @module
 */
import type { StorageDriver } from "../driver.ts"
import { OptionError } from "../errors.ts"
import type { NetworkSettings } from "../network.ts"
import { flagOf, numberOf, type OptionValues, textOf } from "../option.ts"
import { type AzureResources, createAzureDriver } from "./driver.ts"
import type { AzureDriverOptions } from "./options.ts"

/**
 * Opens a container. Makes no request.
 * @throws MissingOptionError when the account, or a part of what signs in, is missing
 * @throws OptionError for a realm that is none, or has no meaning
 */
export async function openAzure(
  container: string,
  values: OptionValues,
  shared: AzureResources,
  network?: NetworkSettings,
): Promise<StorageDriver> {
  return createAzureDriver({ ...azureOptions(container, values), network }, shared)
}

/** @throws OptionError for a realm that is none, or has no meaning */
export function azureOptions(container: string, values: OptionValues): AzureDriverOptions {
  return {
    container,
    accountName: textOf(values, "account-name"),
    accountKey: textOf(values, "account-key"),
    connectionString: textOf(values, "connection-string"),
    endpoint: textOf(values, "endpoint"),
    credentialType: textOf(values, "credential-type"),
    tenantId: textOf(values, "tenant-id"),
    clientId: textOf(values, "client-id"),
    clientSecret: textOf(values, "secret"),
    rootDir: textOf(values, "root-dir"),
    anonymous: flagOf(values, "anonymous"),
    legacyNames: flagOf(values, "azure-legacy-names"),
    partSize: numberOf(values, "chunk-size"),
    realm: readRealm(values),
    retries: numberOf(values, "max_retries"),
    retryDelay: numberOf(values, "retry_delay"),
  }
}

function readRealm(values: OptionValues): string | undefined {
  const realm = textOf(values, "realm")
  if (realm === undefined) return undefined
  if (textOf(values, "endpoint") || textOf(values, "connection-string")) {
    throw new OptionError(
      "realm",
      "--option realm is a part of the address that --endpoint and --connection-string name whole: leave it out",
    )
  }
  if (/^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i.test(realm)) return realm
  throw new OptionError("realm", `--option realm is a domain such as core.chinacloudapi.cn, not '${realm}'`)
}
