/**
 * Which daemon: the Docker CLI's order of precedence, so that every command here talks to the daemon that `docker` talks to.
 * @see https://docs.docker.com/reference/cli/docker/#environment-variables
 * @module
 */
import { access } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { currentContext, readContext } from "./context.ts"
import { DEFAULT_PIPE, DEFAULT_SOCKET, type Endpoint, parseEndpoint } from "./endpoint.ts"
import { readTls, type TlsMaterial } from "./tls.ts"

export type Environment = Readonly<Record<string, string | undefined>>

export interface DockerHost {
  /** As Docker writes it, for example `unix:///var/run/docker.sock`. */
  readonly address: string
  readonly endpoint: Endpoint
  /** Who said so, for messages: `--host`, `DOCKER_HOST`, `context 'name'`, with or without ` of DOCKER_CONTEXT`, or `default`. */
  readonly origin: string
  readonly tls?: TlsMaterial
}

export interface HostOptions {
  /** Value of `--host`. */
  readonly host?: string | undefined
  readonly env: Environment
  readonly platform: NodeJS.Platform
}

/**
 * `--host`, then DOCKER_HOST, then DOCKER_CONTEXT, then the current context, then the first default socket that exists.
 *
 * @throws DockerError UNREACHABLE for a malformed address, ABSENT for an unknown context
 */
export async function findHost({ host, env, platform }: HostOptions): Promise<DockerHost> {
  const home = env["HOME"] ?? env["USERPROFILE"] ?? homedir()
  const configFolder = env["DOCKER_CONFIG"] || join(home, ".docker")

  const fromAddress = async (address: string, origin: string): Promise<DockerHost> => {
    const secured = env["DOCKER_TLS_VERIFY"] || address.startsWith("https:")
    const tls = secured ? await readTls(env["DOCKER_CERT_PATH"] || configFolder) : undefined
    return describe(address, origin, tls)
  }

  if (host) return fromAddress(host, "--host")
  if (env["DOCKER_HOST"]) return fromAddress(env["DOCKER_HOST"], "DOCKER_HOST")
  const chosen = env["DOCKER_CONTEXT"]
  const name = chosen || (await currentContext(configFolder))
  if (name && name !== "default") {
    const { address, tls } = await readContext(configFolder, name)
    return describe(address, `context '${name}'${chosen ? " of DOCKER_CONTEXT" : ""}`, tls)
  }
  return describe(await defaultAddress(platform, home, env), "default")
}

function describe(address: string, origin: string, tls?: TlsMaterial): DockerHost {
  const endpoint = parseEndpoint(address, tls !== undefined)
  return { address, endpoint, origin, ...(tls && { tls }) }
}

/** Beside the system's socket: where a rootless engine listens, and where Docker Desktop does for one user. */
async function defaultAddress(platform: NodeJS.Platform, home: string, env: Environment): Promise<string> {
  if (platform === "win32") return `npipe://${DEFAULT_PIPE}`
  const runtime = env["XDG_RUNTIME_DIR"]
  const candidates = [
    DEFAULT_SOCKET,
    ...(runtime ? [join(runtime, "docker.sock")] : []),
    join(home, ".docker", "run", "docker.sock"),
  ]
  for (const socket of candidates) {
    if (await exists(socket)) return `unix://${socket}`
  }
  return `unix://${DEFAULT_SOCKET}`
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
