/**
 * The settings of the azure backend, apart from its code so that reading them loads no SDK.
 * @module
 */
import type { DriverOption } from "./option.ts"

export const AZURE_OPTIONS = [
  {
    name: "account-name",
    alias: "a",
    env: ["AZURE_STORAGE_ACCOUNT"],
    type: "string",
    describe: "Storage account; devstoreaccount1 is Azurite on this machine",
  },
  {
    name: "account-key",
    alias: "k",
    env: ["AZURE_STORAGE_KEY", "AZURE_STORAGE_ACCOUNT_KEY"],
    type: "string",
    secret: true,
    describe: "Key of the account; default: sign in as the Azure tools do, managed identities included",
  },
  {
    name: "connection-string",
    env: ["AZURE_STORAGE_CONNECTION_STRING"],
    type: "string",
    secret: true,
    describe: "Account and key, or a shared access signature, in one",
  },
  {
    name: "endpoint",
    alias: "e",
    synonyms: ["endpoint-url"],
    type: "string",
    describe: "Address of the account's blob service if it is not ACCOUNT.blob.core.windows.net",
  },
  {
    name: "credential-type",
    type: "string",
    choices: ["shared_key", "client_secret", "default_credentials"],
    describe: "How to sign in: shared_key, client_secret or default_credentials; default: by what is given",
  },
  {
    name: "tenant-id",
    env: ["AZURE_TENANT_ID"],
    type: "string",
    describe: "Directory of the application that signs in with a client secret",
  },
  {
    name: "client-id",
    env: ["AZURE_CLIENT_ID"],
    type: "string",
    describe: "The application's ID",
  },
  {
    name: "secret",
    env: ["AZURE_CLIENT_SECRET"],
    type: "string",
    secret: true,
    describe: "The application's client secret",
  },
  {
    name: "root-dir",
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
] as const satisfies readonly DriverOption[]
