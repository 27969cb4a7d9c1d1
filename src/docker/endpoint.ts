/**
 * The addresses of Docker daemons, as DOCKER_HOST writes them.
 * @see https://docs.docker.com/reference/cli/docker/#host
 * @module
 */
import { DockerError } from "./errors.ts"

export const DEFAULT_SOCKET = "/var/run/docker.sock"
export const DEFAULT_PIPE = "//./pipe/docker_engine"

export type Endpoint =
  | { readonly protocol: "socket"; readonly path: string }
  | { readonly protocol: "http" | "https"; readonly hostname: string; readonly port: number }
  /** Port and user's name are left to ssh where the address has none. */
  | {
      readonly protocol: "ssh"
      readonly hostname: string
      readonly port?: number
      readonly username?: string
    }

/**
 * Reads `unix://`, `npipe://`, `tcp://`, `http://`, `https://`, `ssh://` and a bare `host:port`.
 *
 * @param tls whether `tcp://` means TLS, which decides its default port too
 * @throws DockerError UNREACHABLE
 */
export function parseEndpoint(address: string, tls: boolean): Endpoint {
  const [, scheme, rest] = /^([a-z]+):\/\/(.*)$/.exec(address) ?? [undefined, "tcp", address]
  switch (scheme) {
    case "unix":
      return { protocol: "socket", path: rest || DEFAULT_SOCKET }
    case "npipe":
      return { protocol: "socket", path: rest || DEFAULT_PIPE }
    case "tcp":
    case "http":
    case "https": {
      const secure = scheme === "https" || (scheme === "tcp" && tls)
      const { hostname, port } = authority(rest, address)
      return { protocol: secure ? "https" : "http", hostname, port: port ?? (secure ? 2376 : 2375) }
    }
    case "ssh": {
      const { hostname, port, username } = authority(rest, address)
      return { protocol: "ssh", hostname, ...(port && { port }), ...(username && { username }) }
    }
    default:
      throw malformed(address)
  }
}

/** Whether the address names this very machine, seen from here. */
export function isLocal(endpoint: Endpoint): boolean {
  if (endpoint.protocol === "socket") return true
  if (endpoint.protocol === "ssh") return false
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(endpoint.hostname)
}

interface Authority {
  readonly hostname: string
  readonly port: number | undefined
  readonly username: string
}

function authority(rest: string, address: string): Authority {
  // A scheme that URL gives no default port and no other rewriting.
  const url = URL.parse(`docker://${rest}`)
  if (!url?.hostname) throw malformed(address)
  return {
    hostname: url.hostname,
    port: url.port === "" ? undefined : Number(url.port),
    username: decodeURIComponent(url.username),
  }
}

function malformed(address: string): DockerError {
  return new DockerError(
    "UNREACHABLE",
    `'${address}' is not the address of a Docker daemon: ` +
      "expected unix:///path, tcp://host:port, ssh://user@host or npipe:////./pipe/name",
  )
}
