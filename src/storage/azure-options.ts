/**
 * The settings of the azure backend, apart from its code so that reading them loads no SDK.
 * @module
 */
import { caFileOption } from "./network-settings.ts"
import type { DriverOption } from "./option.ts"

export const AZURE_OPTIONS = [
  {
    name: "account-name",
    parameter: "accountname",
    alias: "a",
    env: ["AZURE_STORAGE_ACCOUNT"],
    type: "string",
    describe: "Storage account; devstoreaccount1 is Azurite on this machine",
  },
  {
    name: "account-key",
    parameter: "accountkey",
    alias: "k",
    env: ["AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT_KEY"],
    type: "string",
    secret: true,
    describe: "Key of the account; default: sign in as the Azure tools do, managed identities included",
  },
  {
    name: "connection-string",
    parameter: "connectionstring",
    env: ["AZURE_STORAGE_CONNECTION_STRING"],
    type: "string",
    secret: true,
    describe: "Account and key, or a shared access signature, in one",
  },
  {
    name: "endpoint",
    parameter: "serviceurl",
    alias: "e",
    synonyms: ["endpoint-url"],
    type: "string",
    describe: "Address of the account's blob service if it is not ACCOUNT.blob.core.windows.net",
  },
  {
    name: "credential-type",
    parameter: "credentials.type",
    type: "string",
    choices: ["shared_key", "client_secret", "default_credentials"],
    describe: "How to sign in: shared_key, client_secret or default_credentials; default: by what is given",
  },
  {
    name: "tenant-id",
    parameter: "credentials.tenantid",
    env: ["AZURE_TENANT_ID"],
    type: "string",
    describe: "Directory of the application that signs in with a client secret",
  },
  {
    name: "client-id",
    parameter: "credentials.clientid",
    env: ["AZURE_CLIENT_ID"],
    type: "string",
    describe: "The application's ID",
  },
  {
    name: "secret",
    parameter: "credentials.secret",
    env: ["AZURE_CLIENT_SECRET"],
    type: "string",
    secret: true,
    describe: "The application's client secret",
  },
  {
    name: "root-dir",
    parameter: "rootdirectory",
    type: "string",
    describe: "Start of all names, as a registry's rootdirectory",
  },
  {
    name: "anonymous",
    type: "boolean",
    describe: "Sign nothing, for public containers",
  },
  {
    name: "azure-legacy-names",
    type: "boolean",
    describe: "Names with a leading slash, as registry:2 gives them",
  },
  {
    name: "chunk-size",
    type: "bytes",
    range: { least: 64 * 1024, most: 4000 * 2 ** 20 },
    describe: "Blocks of large objects; default: 15MiB",
  },
  {
    name: "realm",
    parameter: "realm",
    flagless: true,
    type: "string",
    describe: "Domain of another Azure cloud, core.chinacloudapi.cn for instance; default: core.windows.net",
  },
  {
    name: "max_retries",
    parameter: "max_retries",
    flagless: true,
    type: "number",
    range: { least: 0, most: 100 },
    describe: "Further attempts of a request that failed; default: 7",
  },
  {
    name: "retry_delay",
    parameter: "retry_delay",
    flagless: true,
    type: "duration",
    range: { least: 1, most: 60_000 },
    describe: "Longest wait before the first of them, doubled for each further one; default: 200ms",
  },
  {
    name: "skipverify",
    parameter: "skipverify",
    flagless: true,
    type: "boolean",
    describe: "Accept any certificate of the server",
  },
  caFileOption(["REQUESTS_CA_BUNDLE"]),
] as const satisfies readonly DriverOption[]
