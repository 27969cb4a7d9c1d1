/**
 * Whether clients read blobs from the store itself, and which.
 * @module
 */
import { isIP } from "node:net"
import type { Redirect } from "../registry/context.ts"
import type { StorageDriver } from "../storage/driver.ts"
import type { Config } from "./config.ts"
import { ConfigError } from "./errors.ts"

export interface Redirection {
  /** Of the server that clients are sent to. */
  readonly host: string
  readonly urlOf: Redirect
}

/** Milliseconds, for a client that starts late: a download that has begun goes on. */
const LIFETIME = 20 * 60_000

/** Bytes: to read fewer through this server is faster than another connection. */
const WORTHWHILE = 2 ** 20

/** Never written: whether a URL can be signed does not depend on what it leads to. */
const SAMPLE = "docker/registry/v2/redirect"

/**
 * Undefined where all is read through this server.
 * @throws ConfigError when it must be otherwise and cannot
 * @throws StorageError when there are no credentials to be had
 */
export async function createRedirect(
  { name, presignRead }: StorageDriver,
  { settings, storage }: Pick<Config, "settings" | "storage">,
): Promise<Redirection | undefined> {
  const { redirect, "storage.public_endpoint": endpoint } = settings
  if (redirect === "off") return undefined
  const sample = await presignRead?.(SAMPLE, { lifetime: LIFETIME, endpoint })
  if (!presignRead || !sample) {
    if (redirect === "on") throw unable(name)
    return undefined
  }
  const isSensible = redirect === "on" || endpoint !== undefined || (isPublic(sample) && isDirect(storage))
  if (!isSensible) return undefined
  const least = redirect === "on" ? 0 : WORTHWHILE
  return {
    host: sample.host,
    urlOf: async (key, size, signal) =>
      size < least ? undefined : presignRead(key, { lifetime: LIFETIME, endpoint, signal }),
  }
}

/** Clients that reach this server are taken to reach such a host, over TLS; elsewhere somebody has to say so. */
function isPublic({ protocol, hostname }: URL): boolean {
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, "")) !== 0
  const isInternal = !hostname.includes(".") || /\.(?:local|localhost|internal|svc|lan|arpa)$/i.test(hostname)
  return protocol === "https:" && !isAddress && !isInternal
}

/** What this server needs on its way to the store, clients need as well, and may not have. */
function isDirect({ options, proxyEnv }: Config["storage"]): boolean {
  const proxy = proxyEnv["HTTPS_PROXY"] || proxyEnv["https_proxy"]
  return !proxy && !options["ca-file"] && !options["skipverify"]
}

function unable(name: string): ConfigError {
  return new ConfigError(
    `redirect is 'on', but these credentials of the ${name} backend cannot sign URLs: that takes keys of S3, a service account's key of GCS or an account key of Azure; or set redirect to auto`,
  )
}
