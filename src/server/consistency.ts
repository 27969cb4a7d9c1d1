/**
 * What settings have to do with each other.
 * @module
 */
import { ConfigError } from "./errors.ts"
import type { Settings } from "./schema.ts"
import type { UserSetting } from "./kinds.ts"
import { FILESYSTEM } from "./settings.ts"

/** @throws ConfigError */
export function assertConsistent(settings: Settings): void {
  const reason =
    laterPart(settings) ??
    tlsPair(settings) ??
    idleH2c(settings) ??
    badUser(settings) ??
    usersMissing(settings) ??
    openToAll(settings) ??
    idleRedirect(settings)
  if (reason !== undefined) throw new ConfigError(reason)
}

export function hasUsers(settings: Settings): boolean {
  return settings["auth.users"].length > 0 || settings["auth.htpasswd"] !== undefined
}

/** Whether nobody but this machine reaches an address. */
export function isLoopback(address: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/i.test(address)
}

function laterPart(settings: Settings): string | undefined {
  const part = (["backup", "proxy"] as const).find((part) => settings[`${part}.enabled`])
  if (part === undefined) return undefined
  return `${part}.enabled is true, but this version has no ${part} yet: leave it out or set it to false`
}

function tlsPair(settings: Settings): string | undefined {
  const { "tls.certificate": certificate, "tls.key": key } = settings
  if ((certificate === undefined) === (key === undefined)) return undefined
  return `${key === undefined ? "tls.key" : "tls.certificate"} is missing: TLS needs both certificate and key`
}

function idleH2c(settings: Settings): string | undefined {
  if (!settings["server.h2c"] || settings["tls.certificate"] === undefined) return undefined
  return "server.h2c is true, but with tls.certificate there is no plain port: leave it out, HTTP/2 is spoken over TLS anyway"
}

function badUser(settings: Settings): string | undefined {
  const users = settings["auth.users"]
  const [wrong] = users.flatMap((user, index) => {
    const reason = faultOf(user, users.slice(0, index), settings)
    return reason === undefined ? [] : `auth.users[${index}] ('${user.username}') ${reason}`
  })
  return wrong
}

function faultOf(
  { username, password, password_hash: hash }: UserSetting,
  before: readonly UserSetting[],
  settings: Settings,
): string | undefined {
  if (before.some((other) => other.username === username)) return "is there twice"
  if (password !== undefined && hash !== undefined)
    return "has both password and password_hash: one of them is enough"
  if (password !== undefined || hash !== undefined || settings["auth.htpasswd"] !== undefined)
    return undefined
  return "has no password_hash: `oci-store hash-password` makes one"
}

/** Who sets these believes that there are users. */
function usersMissing(settings: Settings): string | undefined {
  if (hasUsers(settings)) return undefined
  const way = "set auth.users or auth.htpasswd"
  if (settings["auth.anonymous_read"])
    return `auth.anonymous_read has no meaning where everybody may write: ${way}`
  return settings.metrics === "users" ? `metrics is 'users', but there are none: ${way}` : undefined
}

function openToAll(settings: Settings): string | undefined {
  const address = settings["server.address"]
  if (isLoopback(address) || hasUsers(settings) || settings["server.insecure_listen"]) return undefined
  return (
    `Listening on ${address} lets everybody who reaches this machine read and write, since no users are configured: ` +
    "set auth.users or auth.htpasswd, or say that it is meant so with --insecure-listen, server.insecure_listen or " +
    "OCI_STORE_SERVER_INSECURE_LISTEN=true"
  )
}

/** Who sets these believes that clients are redirected. */
function idleRedirect(settings: Settings): string | undefined {
  const { redirect, "storage.type": type, "storage.public_endpoint": endpoint } = settings
  const isFolder = type === FILESYSTEM || type === "file"
  if (isFolder && redirect === "on")
    return `redirect is 'on', but clients cannot read from a folder: leave it out, or set it to off`
  if (endpoint === undefined) return undefined
  if (isFolder) return "storage.public_endpoint has no meaning for a folder: leave it out"
  return redirect === "off"
    ? "storage.public_endpoint has no meaning where redirect is 'off': leave out one of them"
    : undefined
}
