/**
 * From settings by name to a driver.
 * @module
 */
import type { StorageDriver } from "../driver.ts"
import { flagOf, type OptionValues, textOf } from "../option.ts"
import { type AzureResources, createAzureDriver } from "./driver.ts"

/**
 * Opens a container. Makes no request.
 * @throws MissingOptionError when the account, or a part of what signs in, is missing
 */
export function openAzure(
  container: string,
  values: OptionValues,
  shared: AzureResources,
): Promise<StorageDriver> {
  const options = {
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
  }
  return createAzureDriver(options, shared)
}
