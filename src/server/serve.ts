/**
 * The life of a server: from its configuration to the last request.
 * @module
 */
import { once } from "node:events"
import type { Config } from "./config.ts"
import { hasUsers, isLoopback } from "./consistency.ts"
import { createLog, type Log } from "./log.ts"
import type { Settings } from "./schema.ts"
import { type RunningServer, withServer } from "./server.ts"

export interface ServeOptions {
  readonly config: Config
  readonly version: string
  /** The folder that relative paths start from. */
  readonly cwd: string
  /** Takes the lines of the log. */
  readonly write: (text: string) => unknown
  /** Aborted when the server is to stop. */
  readonly signal: AbortSignal
  /** Calls back when certificate, key and users are to be read again. Returns how to stop listening for that. */
  onReload(callback: () => void): () => void
}

/**
 * Returns when everything has ended after the signal.
 * @throws ConfigError, ListenError, StorageError, MissingOptionError when it cannot start
 */
export async function serve(options: ServeOptions): Promise<void> {
  const { config, version, cwd, write, signal, onReload } = options
  const { settings, storage } = config
  const log = createLog({ level: settings["logging.level"], format: settings["logging.format"], write })
  log.info("starting", { version, storage: storage.driver.name, location: storage.location })
  for (const warning of warningsOf(settings)) log.warn(warning)
  const running = withServer({ config, cwd, log }, async (server) => {
    log.info("listening", { addresses: server.addresses.join(" "), users: hasUsers(settings) })
    const ignoreReloads = onReload(() => void reload(server, log))
    if (!signal.aborted) await once(signal, "abort")
    ignoreReloads()
    const grace = settings["server.shutdown_grace"]
    log.info("stopping: no new connections, running requests have time to finish", { seconds: grace / 1000 })
    await server.stop(grace)
  })
  await running.catch((error: unknown) => {
    // What keeps it from starting is told at the end; what goes wrong while it stops belongs into the log.
    if (signal.aborted) log.error("stopping went wrong", { error: messageOf(error) })
    throw error
  })
  log.info("stopped")
}

async function reload(server: RunningServer, log: Log): Promise<void> {
  try {
    await server.reload()
    log.info("certificate and users read again")
  } catch (error) {
    log.error("nothing was read again: the server goes on as it was", { error: messageOf(error) })
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function warningsOf(settings: Settings): readonly string[] {
  const plain = settings["auth.users"].filter(({ password }) => password !== undefined)
  const isOpen = !isLoopback(settings["server.address"])
  return [
    ...plain.map(
      ({ username }) =>
        `the password of user '${username}' stands in the configuration: password_hash is safer, \`oci-store hash-password\` makes one`,
    ),
    ...(isOpen && !hasUsers(settings) ? ["everybody who reaches this server may read and write"] : []),
    ...(isOpen && hasUsers(settings) && settings["tls.certificate"] === undefined
      ? ["passwords cross the network unencrypted, unless a proxy before this server does TLS"]
      : []),
  ]
}
