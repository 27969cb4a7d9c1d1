/**
 * The settings of the gcs backend, apart from its code so that reading them loads no SDK.
 * @module
 */
import { caFileOption } from "./network-settings.ts"
import type { DriverOption } from "./option.ts"

export const GCS_OPTIONS = [
  {
    name: "project-id",
    env: ["GOOGLE_CLOUD_PROJECT"],
    type: "string",
    describe: "Project; only needed where the credentials name none",
  },
  {
    name: "keyfile",
    parameter: "keyfile",
    env: ["GOOGLE_APPLICATION_CREDENTIALS"],
    sdk: true,
    type: "string",
    describe: "File with a key; default: application default credentials, as the gcloud tools leave them",
  },
  {
    name: "endpoint",
    alias: "e",
    synonyms: ["endpoint-url"],
    env: ["STORAGE_EMULATOR_HOST"],
    type: "string",
    describe: "Server other than Google, an emulator for instance; over HTTP nobody signs in",
  },
  {
    name: "root-dir",
    parameter: "rootdirectory",
    type: "string",
    describe: "Start of all keys, as a registry's rootdirectory",
  },
  {
    name: "anonymous",
    type: "boolean",
    describe: "Sign in nowhere, for public buckets",
  },
  {
    name: "chunk-size",
    parameter: "chunksize",
    type: "bytes",
    range: { step: 256 * 1024 },
    describe: "Chunks of large objects, a multiple of 256KiB; default: 15MiB",
  },
  {
    name: "credentials",
    parameter: "credentials",
    flagless: true,
    type: "string",
    secret: true,
    describe: "Key of a service account, as JSON; --keyfile keeps it out of the list of processes",
  },
  {
    name: "maxconcurrency",
    parameter: "maxconcurrency",
    flagless: true,
    type: "number",
    describe: "Requests at a time, as --concurrency; default: 16",
  },
  {
    name: "useragent",
    parameter: "useragent",
    flagless: true,
    type: "string",
    describe: "The User-Agent header; default: oci-store",
  },
  caFileOption(["REQUESTS_CA_BUNDLE"]),
] as const satisfies readonly DriverOption[]
