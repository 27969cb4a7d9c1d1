/**
 * What one Azure store is: a container, the account that it is in, and who asks.
 * @module
 */
import { endpointUrl, isLocalOrAddress } from "../endpoint.ts"
import { MissingOptionError } from "../errors.ts"
import type { NetworkSettings } from "../network.ts"
import { RETRY_POLICY, type RetryPolicy } from "../retry.ts"

export interface AzureDriverOptions {
  readonly container: string
  readonly accountName?: string | undefined
  /** Base64. With it, requests are signed by shared key. */
  readonly accountKey?: string | undefined
  /** Account and key, or a shared access signature, as the portal shows them. */
  readonly connectionString?: string | undefined
  /** Address of the account's blob service, with or without scheme. Left out: Azure's public cloud. */
  readonly endpoint?: string | undefined
  /** Left out: by what is given, and with nothing given as the Azure tools do. */
  readonly credentialType?: string | undefined
  readonly tenantId?: string | undefined
  readonly clientId?: string | undefined
  readonly clientSecret?: string | undefined
  /** Start of all names, as a stock registry's `rootdirectory`. */
  readonly rootDir?: string | undefined
  /** Signs nothing, for public containers. */
  readonly anonymous?: boolean | undefined
  /** Names begin with a slash, as registry 2.8 writes them. */
  readonly legacyNames?: boolean | undefined
  /** Bytes of a block of a large object. Larger objects get larger ones. Defaults to 15 MiB. */
  readonly partSize?: number | undefined
  /** Domain of an Azure cloud, for an account without endpoint. Defaults to the public one's, `core.windows.net`. */
  readonly realm?: string | undefined
  /** Attempts of a request beside the first. Defaults to those of the common policy, as the next. */
  readonly retries?: number | undefined
  /** Milliseconds: see {@link RetryPolicy.firstDelay}. */
  readonly retryDelay?: number | undefined
  /** Left out: no proxies, and the authorities that Node knows. */
  readonly network?: NetworkSettings | undefined
}

const REALM = "core.windows.net"

/** The account that Azurite, Azure's emulator, has unless told otherwise. */
const EMULATOR_ACCOUNT = "devstoreaccount1"
const EMULATOR_URL = `http://127.0.0.1:10000/${EMULATOR_ACCOUNT}`

/**
 * The address of an account's blob service.
 * @throws MissingOptionError when there is neither account nor endpoint
 */
export function serviceUrl({
  accountName,
  endpoint,
  realm = REALM,
}: Pick<AzureDriverOptions, "accountName" | "endpoint" | "realm">): string {
  const url = endpointUrl(endpoint)
  if (url) return withAccount(url, accountName)
  if (!accountName) throw missingAccount()
  if (accountName === EMULATOR_ACCOUNT && realm === REALM) return EMULATOR_URL
  return `https://${accountName}.blob.${realm}`
}

export function missingAccount(): MissingOptionError {
  return new MissingOptionError(
    "account-name",
    "The azure backend requires account name: the account name needs to be specified by --account-name or AZURE_STORAGE_ACCOUNT.",
  )
}

/** Servers without a name of their own per account have the account in the path. */
function withAccount(endpoint: string, accountName: string | undefined): string {
  const { hostname, pathname } = new URL(endpoint)
  const isWhole = pathname !== "/" || !isLocalOrAddress(hostname.replace(/^\[|\]$/g, ""))
  return isWhole || !accountName ? endpoint.replace(/\/+$/, "") : new URL(accountName, endpoint).href
}

export function retryPolicy({ retries, retryDelay }: AzureDriverOptions): RetryPolicy {
  return {
    ...RETRY_POLICY,
    ...(retries !== undefined && { attempts: retries + 1 }),
    ...(retryDelay !== undefined && {
      firstDelay: retryDelay,
      longestDelay: Math.max(retryDelay, RETRY_POLICY.longestDelay),
    }),
  }
}
