import { AnonymousCredential, StorageSharedKeyCredential } from "@azure/storage-blob"
import { ClientSecretCredential, DefaultAzureCredential } from "@azure/identity"
import { expect, test } from "vitest"
import { type AzureDriverOptions, serviceUrl } from "../../../../src/storage/azure/options.ts"
import { nameStart } from "../../../../src/storage/azure/names.ts"
import { signIn as signInOver } from "../../../../src/storage/azure/sign-in.ts"
import { createNetwork } from "../../../../src/storage/network.ts"

type Options = Omit<AzureDriverOptions, "container">

const signIn = (options: AzureDriverOptions) => signInOver(options, createNetwork({}, 1))

const ACCOUNT = { accountName: "acme" }
const KEY = { ...ACCOUNT, accountKey: "a2V5" }
const APPLICATION = { tenantId: "t", clientId: "c", clientSecret: "s" }
const STRING =
  "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=a2V5;EndpointSuffix=core.windows.net"

test.for<[Options, string]>([
  [ACCOUNT, "https://acme.blob.core.windows.net"],
  [{ ...ACCOUNT, realm: "core.chinacloudapi.cn" }, "https://acme.blob.core.chinacloudapi.cn"],
  [{ accountName: "devstoreaccount1" }, "http://127.0.0.1:10000/devstoreaccount1"],
  [{ ...ACCOUNT, endpoint: "localhost:10000" }, "http://localhost:10000/acme"],
  [{ ...ACCOUNT, endpoint: "http://127.0.0.1:10000/" }, "http://127.0.0.1:10000/acme"],
  [{ ...ACCOUNT, endpoint: "http://[::1]:10000" }, "http://[::1]:10000/acme"],
  [{ ...ACCOUNT, endpoint: "http://127.0.0.1:10000/other/" }, "http://127.0.0.1:10000/other"],
  [{ ...ACCOUNT, endpoint: "acme.blob.core.chinacloudapi.cn" }, "https://acme.blob.core.chinacloudapi.cn"],
  [{ endpoint: "https://blobs.example.com/" }, "https://blobs.example.com"],
])("%j is at %s", ([options, url]) => {
  expect(serviceUrl(options)).toBe(url)
})

test.for<[Options, string]>([
  [{}, "docker/x"],
  [{ rootDir: "/" }, "docker/x"],
  [{ rootDir: "/a//b/" }, "a//b/docker/x"],
  [{ legacyNames: true }, "/docker/x"],
])("%j puts docker/x at %s", ([options, name]) => {
  expect(`${nameStart(options)}docker/x`).toBe(name)
})

test.for<[Options, unknown]>([
  [KEY, StorageSharedKeyCredential],
  [{ ...KEY, credentialType: "shared_key" }, StorageSharedKeyCredential],
  [{ connectionString: STRING }, StorageSharedKeyCredential],
  [{ ...ACCOUNT, connectionString: STRING }, StorageSharedKeyCredential],
  [{ ...KEY, anonymous: true }, AnonymousCredential],
  [ACCOUNT, DefaultAzureCredential],
  [{ ...KEY, credentialType: "default_credentials" }, DefaultAzureCredential],
  [{ ...ACCOUNT, clientId: "of a managed identity" }, DefaultAzureCredential],
  [{ ...ACCOUNT, ...APPLICATION }, ClientSecretCredential],
  [{ ...KEY, ...APPLICATION }, StorageSharedKeyCredential],
  [{ ...KEY, ...APPLICATION, credentialType: "client_secret" }, ClientSecretCredential],
])("%o signs in as it says", async ([options, type]) => {
  const { url, credential } = await signIn({ container: "images", ...options })
  expect(credential).toBeInstanceOf(type)
  expect(url).toMatch(/^https:\/\/acme\.blob\.core\.windows\.net\/?$/)
})

test("a connection string's server may be another", async () => {
  const options = { connectionString: STRING, endpoint: "http://127.0.0.1:9" }
  expect(await signIn({ container: "images", ...options })).toMatchObject({ url: "http://127.0.0.1:9/acme" })
})

test.for<[Options, string, string]>([
  [{}, "account-name", "requires account name"],
  [{}, "account-name", "account name needs to be specified"],
  [{ accountKey: "a2V5" }, "account-name", "--account-name"],
  [{ accountKey: "a2V5", endpoint: "http://localhost" }, "account-name", "--account-name"],
  [
    { ...ACCOUNT, credentialType: "shared_key" },
    "account-key",
    "account key needs to be specified by --account-key or AZURE_STORAGE_KEY",
  ],
  [{ ...ACCOUNT, credentialType: "client_secret" }, "tenant-id", "AZURE_TENANT_ID"],
  [{ ...ACCOUNT, clientSecret: "s" }, "tenant-id", "--tenant-id, --client-id and --secret"],
  [{ ...ACCOUNT, ...APPLICATION, clientId: undefined }, "client-id", "--client-id"],
  [{ accountName: "other", connectionString: STRING }, "account-name", "other by --account-name"],
  [{ connectionString: "AccountKey=secret" }, "connection-string", "cannot be read"],
])("%o lacks %s", async ([options, option, words]) => {
  const error: unknown = await signIn({ container: "images", ...options }).catch((error: unknown) => error)
  expect(error).toMatchObject({ name: "MissingOptionError", option })
  expect(String(error)).toContain(words)
  expect(String(error)).not.toMatch(/a2V5|secret$/)
})
