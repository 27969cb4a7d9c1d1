/**
 * Who asks: a key, a connection string, an application, whatever the Azure tools know, or nobody.
 * @module
 */
import type { TokenCredential } from "@azure/identity"
import type { HttpClient } from "@azure/core-rest-pipeline"
import { AnonymousCredential, BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob"
import { MissingOptionError } from "../errors.ts"
import type { Network } from "../network.ts"
import { type AzureDriverOptions, missingAccount, serviceUrl } from "./options.ts"

export type SignInKind =
  | "anonymous"
  | "connection string"
  | "account key"
  | "client secret"
  | "default credentials"

export interface Account {
  readonly kind: SignInKind
  /** Address of its blob service. May hold a shared access signature: never to be shown. */
  readonly url: string
  readonly credential: BlobServiceClient["credential"]
}

/**
 * Makes no request: who signs in with a token does so with the first.
 * @param network through which tokens are asked for
 * @throws MissingOptionError
 */
export async function signIn(options: AzureDriverOptions, network: Network): Promise<Account> {
  const { accountName, accountKey, connectionString, credentialType } = options
  if (options.anonymous)
    return { kind: "anonymous", url: serviceUrl(options), credential: new AnonymousCredential() }
  if (connectionString && credentialType === undefined) return fromConnectionString(options, connectionString)
  const url = serviceUrl(options)
  if (credentialType === "shared_key" || (credentialType === undefined && accountKey)) {
    if (!accountName) throw missingAccount()
    return { kind: "account key", url, credential: sharedKey(accountName, accountKey) }
  }
  // The identity package is large, and most often not needed.
  const { ClientSecretCredential, DefaultAzureCredential } = await import("@azure/identity")
  const tokens = { httpClient: await httpClientOver(network) }
  if (credentialType === "default_credentials" || (credentialType === undefined && !options.clientSecret)) {
    return {
      kind: "default credentials",
      url,
      credential: explained(new DefaultAzureCredential(tokens), network),
    }
  }
  const { tenantId, clientId, secret } = application(options)
  const credential = new ClientSecretCredential(tenantId, clientId, secret, tokens)
  return { kind: "client secret", url, credential: explained(credential, network) }
}

/** The SDK says of a connection that failed only that it failed. */
function explained<C extends TokenCredential>(credential: C, network: Network): C {
  const getToken = credential.getToken.bind(credential)
  credential.getToken = (...request) => network.explaining(() => getToken(...request))
  return credential
}

/** The last to touch a request: the SDK would send it by its own reading of the environment, managed identities' too. */
async function httpClientOver(network: Network): Promise<HttpClient> {
  const { createDefaultHttpClient } = await import("@azure/core-rest-pipeline")
  const client = createDefaultHttpClient()
  return {
    sendRequest(request) {
      request.agent = network.agentFor(request.url)
      return client.sendRequest(request)
    },
  }
}

function sharedKey(accountName: string, accountKey: string | undefined): StorageSharedKeyCredential {
  if (accountKey) return new StorageSharedKeyCredential(accountName, accountKey)
  throw new MissingOptionError(
    "account-key",
    "To sign in with a shared key, the account key needs to be specified by --account-key or AZURE_STORAGE_KEY.",
  )
}

/** Environment and command line may each name an account: which was meant, only the user can say. */
function fromConnectionString(
  { accountName, endpoint }: AzureDriverOptions,
  connectionString: string,
): Account {
  const { url, credential, accountName: own } = parse(connectionString)
  if (accountName && accountName !== own) {
    throw new MissingOptionError(
      "account-name",
      `The account is ${accountName} by --account-name or AZURE_STORAGE_ACCOUNT, and ${own} by --connection-string or AZURE_STORAGE_CONNECTION_STRING: leave out one of them.`,
    )
  }
  const { search } = new URL(url)
  const address = endpoint ? serviceUrl({ accountName: own, endpoint }) + search : url
  return { kind: "connection string", url: address, credential }
}

function parse(connectionString: string): BlobServiceClient {
  try {
    return BlobServiceClient.fromConnectionString(connectionString)
  } catch (cause) {
    throw new MissingOptionError(
      "connection-string",
      "The connection string (--connection-string, AZURE_STORAGE_CONNECTION_STRING) cannot be read: copy it from the account's access keys.",
      { cause },
    )
  }
}

function application({ tenantId, clientId, clientSecret }: AzureDriverOptions) {
  if (!tenantId) throw missingPart("tenant-id", "AZURE_TENANT_ID")
  if (!clientId) throw missingPart("client-id", "AZURE_CLIENT_ID")
  if (!clientSecret) throw missingPart("secret", "AZURE_CLIENT_SECRET")
  return { tenantId, clientId, secret: clientSecret }
}

function missingPart(option: string, variable: string): MissingOptionError {
  return new MissingOptionError(
    option,
    `To sign in with a client secret, pass --${option} or set ${variable}: it takes --tenant-id, --client-id and --secret.`,
  )
}
