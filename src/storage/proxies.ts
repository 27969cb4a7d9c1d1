/**
 * Through which proxy a request goes, as the environment has it.
 * @module
 */
import { MissingOptionError } from "./errors.ts"
import { parseExemptions } from "./no-proxy.ts"

/** `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`; in lower case they come first, as everywhere. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>

export interface Proxy {
  /** With user name and password: never to be shown. */
  readonly url: URL
  /** For messages. */
  readonly address: string
  /** For messages: the variable that names it. */
  readonly variable: string
  /** Header of requests to it. */
  readonly authorization: string | undefined
}

export interface Proxies {
  /** Undefined: none. */
  forUrl(url: URL): Proxy | undefined
}

/**
 * This machine, and the services that give a cloud's machines their credentials: a proxy would reach its own, or none. As the
 * tools of the clouds do, but whatever `NO_PROXY` says.
 */
const NEVER = parseExemptions(
  "localhost 127.0.0.0/8 ::1 169.254.0.0/16 fe80::/10 fd00:ec2::/32 168.63.129.16 metadata.google.internal",
)

/** @throws MissingOptionError for a variable that names no proxy that we can talk to */
export function readProxies(env: ProxyEnvironment): Proxies {
  const secure = readProxy(env, "https_proxy")
  const plain = readProxy(env, "http_proxy")
  const isExempt = parseExemptions(valueOf(env, "no_proxy")?.value ?? "")
  return {
    forUrl({ protocol, hostname, port }) {
      const isSecure = protocol === "https:"
      const proxy = isSecure ? secure : plain
      const host = withoutBrackets(hostname).toLowerCase().replace(/\.$/, "")
      const at = port || (isSecure ? "443" : "80")
      return proxy && !NEVER(host, at) && !isExempt(host, at) ? proxy : undefined
    },
  }
}

/** An address of version 6 as `node:net` takes it. */
export function withoutBrackets(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "")
}

function readProxy(env: ProxyEnvironment, name: string): Proxy | undefined {
  const found = valueOf(env, name)
  if (!found) return undefined
  const { value, variable } = found
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`)
    if (!/^https?:$/.test(url.protocol)) throw new TypeError(`unknown scheme ${url.protocol}`)
    const user = [url.username, url.password].map(decodeURIComponent).join(":")
    const authorization = user === ":" ? undefined : `Basic ${Buffer.from(user).toString("base64")}`
    return { url, address: url.origin, variable, authorization }
  } catch {
    // Without the value, which may hold a password, and without the cause, which quotes it.
    throw new MissingOptionError(
      variable,
      `${variable} names no HTTP proxy: it is written http://proxy.example.com:3128, or https:// for one that speaks TLS.`,
    )
  }
}

function valueOf(env: ProxyEnvironment, name: string) {
  for (const variable of [name, name.toUpperCase()]) {
    const value = env[variable]?.trim()
    if (value) return { value, variable }
  }
  return undefined
}
