/**
 * The settings of the s3 backend, apart from its code so that reading them loads no SDK.
 * @module
 */
import type { DriverOption } from "./option.ts"

export const S3_OPTIONS = [
  {
    name: "region",
    alias: "r",
    env: ["AWS_REGION", "AWS_DEFAULT_REGION"],
    type: "string",
    describe: "Region of the bucket; default: the profile's, or what the bucket says",
  },
  {
    name: "endpoint",
    alias: "e",
    synonyms: ["endpoint-url"],
    env: ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"],
    type: "string",
    describe: "Server other than AWS, with or without scheme",
  },
  {
    name: "access-key",
    env: ["AWS_ACCESS_KEY_ID"],
    sdk: true,
    type: "string",
    describe: "Access key ID; default: as the AWS tools do, single sign-on and roles included",
  },
  {
    name: "secret-key",
    env: ["AWS_SECRET_ACCESS_KEY"],
    sdk: true,
    type: "string",
    secret: true,
    describe: "Secret access key",
  },
  {
    name: "session-token",
    env: ["AWS_SESSION_TOKEN"],
    sdk: true,
    type: "string",
    secret: true,
    describe: "Session token of temporary keys",
  },
  {
    name: "profile",
    env: ["AWS_PROFILE"],
    sdk: true,
    type: "string",
    describe: "Profile in the AWS configuration files",
  },
  {
    name: "root-dir",
    type: "string",
    describe: "Start of all keys, as a registry's rootdirectory",
  },
  {
    name: "anonymous",
    type: "boolean",
    describe: "Sign nothing, for public buckets",
  },
  {
    name: "path-style",
    type: "boolean",
    describe:
      "Bucket in the path, not in the host name; default with --endpoint, where --no-path-style turns it off",
  },
] as const satisfies readonly DriverOption[]
