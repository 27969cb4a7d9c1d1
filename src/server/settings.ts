/**
 * Every setting of a server, as data: validation, defaults, environment variables, flags and the manual's table are derived from it.
 * @module
 */
import { type DriverEntry, type DriverOption, DRIVERS } from "../storage/drivers.ts"
import type { SettingKind } from "./kinds.ts"

export interface Setting {
  /** Its place in the configuration file: `server.port`. */
  readonly key: string
  readonly kind: SettingKind
  /** Of the kind `option`: a driver's. */
  readonly option?: DriverOption
  /** As it would be written in the file. */
  readonly default?: string | number | boolean | readonly unknown[]
  readonly choices?: readonly string[]
  readonly describe: string
  /** Environment variables; the first one that is set counts. */
  readonly env?: readonly string[]
  /** The variables are for documentation: the cloud's SDK reads them itself, in its own order. */
  readonly sdk?: boolean | undefined
  /** Its flag, without dashes. */
  readonly flag?: string
  /** Never to be shown. */
  readonly secret?: boolean | undefined
}

/** Environment variables are called after the key: `OCI_STORE_SERVER_PORT`. */
const PREFIX = "OCI_STORE_"

/** What has another name in the environment as well, from the first servers that had this configuration. */
const SYNONYMS: Readonly<Record<string, string>> = {
  "server.address": "OCTOSERVE_SERVER_ADDRESS",
  "server.port": "OCTOSERVE_SERVER_PORT",
  "storage.path": "OCTOSERVE_STORAGE_PATH",
  "logging.level": "OCTOSERVE_LOG_LEVEL",
  "logging.format": "OCTOSERVE_LOG_FORMAT",
}

/** The folder of `storage.type: filesystem`, which the other backends' commands call `file`. */
export const FILESYSTEM = "filesystem"

const GENERAL = [
  {
    key: "server.address",
    kind: "text",
    default: "localhost",
    describe: "Address to listen on; localhost is 127.0.0.1 and ::1",
  },
  { key: "server.port", kind: "port", default: 5000, describe: "Port to listen on; 0 takes a free one" },
  {
    key: "server.insecure_listen",
    kind: "boolean",
    default: false,
    flag: "insecure-listen",
    describe: "Listen beyond this machine without any user configured",
  },
  {
    key: "server.read_timeout",
    kind: "duration",
    default: "30s",
    describe: "Longest time without a byte of a request; 0s is no limit",
  },
  {
    key: "server.write_timeout",
    kind: "duration",
    default: "30s",
    describe: "Longest time in which a client takes no byte of its answer; 0s is no limit",
  },
  {
    key: "server.upload_expiry",
    kind: "duration",
    default: "24h",
    describe: "How long an upload is kept that nobody goes on with; 0s is for ever",
  },
  {
    key: "server.idle_timeout",
    kind: "duration",
    default: "120s",
    describe: "Longest time that a connection is kept between two requests",
  },
  {
    key: "server.shutdown_grace",
    kind: "duration",
    default: "30s",
    flag: "shutdown-grace",
    describe: "Time that running requests have to finish when the server stops",
  },
  {
    key: "server.memory",
    kind: "size",
    default: "96MiB",
    flag: "memory",
    describe: "Bytes in flight at most",
  },
  {
    key: "server.tmp_dir",
    kind: "text",
    flag: "tmp-dir",
    describe: "Folder for what does not fit in memory; default: the system's",
  },
  {
    key: "server.h2c",
    kind: "boolean",
    default: false,
    flag: "h2c",
    describe: "HTTP/2 also without TLS, for proxies that speak it with what is behind them",
  },
  {
    key: "server.immutable_tags",
    kind: "boolean",
    default: false,
    flag: "immutable-tags",
    describe: "A tag that is there is never overwritten",
  },
  {
    key: "tls.certificate",
    kind: "file",
    flag: "tls-certificate",
    describe: "File with the certificate chain",
  },
  { key: "tls.key", kind: "file", flag: "tls-key", describe: "File with the certificate's private key" },
  { key: "auth.users", kind: "users", default: [], describe: "Users, see below" },
  {
    key: "auth.htpasswd",
    kind: "file",
    flag: "htpasswd",
    describe: "File of users with bcrypt hashes, as `htpasswd -B` writes it",
  },
  {
    key: "auth.anonymous_read",
    kind: "boolean",
    default: false,
    flag: "anonymous-read",
    describe: "Whoever sends no credentials may pull",
  },
  {
    key: "storage.type",
    kind: "choice",
    default: FILESYSTEM,
    choices: [FILESYSTEM, "file", "s3", "gcs", "azure"],
    describe: "Where images are kept; file is the same as filesystem",
  },
  {
    key: "storage.concurrency",
    kind: "count",
    default: 16,
    flag: "concurrency",
    describe: "Requests to the store at a time",
  },
  {
    key: "storage.public_endpoint",
    kind: "url",
    flag: "public-endpoint",
    describe: "Where clients reach the store that they are redirected to; default: where the server does",
  },
  {
    key: "redirect",
    kind: "choice",
    default: "auto",
    choices: ["auto", "on", "off"],
    flag: "redirect",
    describe: "Whether clients read blobs from the store itself, by signed URLs",
  },
  {
    key: "logging.level",
    kind: "choice",
    default: "info",
    choices: ["debug", "info", "warn", "error"],
    flag: "log-level",
    describe: "What is logged",
  },
  {
    key: "logging.format",
    kind: "choice",
    default: "json",
    choices: ["json", "text"],
    flag: "log-format",
    describe: "How it is logged",
  },
  {
    key: "metrics",
    kind: "choice",
    default: "off",
    choices: ["off", "users", "everyone"],
    flag: "metrics",
    describe: "Who may read /metrics",
  },
] as const satisfies readonly Setting[]

/** What other servers' configurations have and this one has not yet: read, checked, and refused when switched on. */
const LATER = [
  { key: "backup.enabled", kind: "boolean", default: false, describe: "Not in this version" },
  { key: "backup.gcp.bucket", kind: "text", describe: "Not in this version" },
  { key: "backup.gcp.projectID", kind: "text", describe: "Not in this version" },
  { key: "backup.aws.bucket", kind: "text", describe: "Not in this version" },
  { key: "backup.aws.region", kind: "text", describe: "Not in this version" },
  { key: "proxy.enabled", kind: "boolean", default: false, describe: "Not in this version" },
  { key: "proxy.cache.maxSizeGB", kind: "count", describe: "Not in this version" },
  { key: "proxy.registries", kind: "registries", default: [], describe: "Not in this version" },
] as const satisfies readonly Setting[]

export type CommonSetting = (typeof GENERAL | typeof LATER)[number]

/** What every server has. */
export const COMMON: readonly Setting[] = [...GENERAL.map(withEnvironment), ...LATER]

/** What a server has whose images are kept by this driver: which bucket or folder, and the driver's own options. */
export function storageSettings(driver: DriverEntry): readonly Setting[] {
  return [
    withEnvironment({
      key: locationKey(driver),
      kind: "text",
      ...(driver.container === "folder" && { default: "./data" }),
      describe: `The ${driver.container}`,
    }),
    ...driver.options.map(optionSetting),
  ]
}

export function driverOf(type: string): DriverEntry | undefined {
  return DRIVERS.find(({ name }) => name === (type === FILESYSTEM ? "file" : type))
}

/** The setting that says which bucket, container or folder. */
export function locationKey({ container }: DriverEntry): string {
  return container === "folder" ? "storage.path" : `storage.${container}`
}

/** A driver's option has the name of its flag, with `_` for `-`. */
export function optionKey({ name }: Pick<DriverOption, "name">): string {
  return `storage.${name.replaceAll("-", "_")}`
}

function optionSetting(option: DriverOption): Setting {
  const { secret, sdk, env, describe } = option
  return { key: optionKey(option), kind: "option", option, describe, secret, sdk, ...(env && { env }) }
}

function withEnvironment(setting: Setting): Setting {
  if (setting.kind === "users") return setting
  const own = `${PREFIX}${setting.key.replaceAll(".", "_").toUpperCase()}`
  const synonym = SYNONYMS[setting.key]
  return { ...setting, env: synonym === undefined ? [own] : [own, synonym] }
}
