/**
 * A registry that keeps running: a store, users and sockets around the same core that a push uses.
 * @module
 */
import { tmpdir } from "node:os"
import { resolve } from "node:path"
import { createApp } from "../http/app.ts"
import { health, metrics as metricsRoute } from "../http/operations.ts"
import { createWebServer } from "../http/web-server.ts"
import { createRegistry } from "../registry/registry.ts"
import { createMemoryBudget } from "../storage/budget.ts"
import { type DriverCall, withLogging } from "../storage/with-logging.ts"
import { listenOn } from "./addresses.ts"
import { createBcrypt } from "./bcrypt.ts"
import type { Config } from "./config.ts"
import { readIdentity } from "./identity.ts"
import type { Log } from "./log.ts"
import { createMetrics } from "./metrics.ts"
import { purgeRegularly } from "./purge.ts"
import { createRedirect } from "./redirect.ts"
import { createReadiness } from "./readiness.ts"
import { logCall, logFailure, logRequest } from "./requests.ts"
import { openStorage } from "./storage.ts"

export interface ServerOptions {
  readonly config: Config
  /** The folder that relative paths start from. */
  readonly cwd: string
  readonly log: Log
}

export interface RunningServer {
  /** URLs. */
  readonly addresses: readonly string[]
  /**
   * Reads certificate, key and users again.
   * @throws ConfigError, and everything stays as it was
   */
  reload(): Promise<void>
  /** Accepts nothing more; what is still running after `grace` milliseconds is cut, and undone at the store. */
  stop(grace: number): Promise<void>
}

/**
 * Runs a server for as long as `work` takes.
 * @throws ConfigError, ListenError, StorageError, MissingOptionError before it is called
 */
export async function withServer(
  { config, cwd, log }: ServerOptions,
  work: (server: RunningServer) => Promise<void>,
): Promise<void> {
  const { settings } = config
  await using bcrypt = createBcrypt()
  const identity = await readIdentity(settings, cwd, bcrypt)
  const budget = createMemoryBudget(settings["server.memory"])
  await using opened = await openStorage(config, { cwd, budget, log: (text) => log.debug(text) })

  const access = settings.metrics
  const metrics = access === "off" ? undefined : createMetrics()
  const driver = withLogging(opened, (call: DriverCall) => {
    metrics?.onCall(call)
    logCall(log, call)
  })
  const tempDir = resolve(cwd, settings["server.tmp_dir"] ?? tmpdir())
  const redirect = await createRedirect(opened, config)
  if (redirect) log.info("clients are redirected to the store", { host: redirect.host })
  await using registry = createRegistry(driver, {
    scope: "repository",
    publish: "on-put",
    sessions: "stored",
    budget,
    tempDir,
    immutableTags: settings["server.immutable_tags"],
    onWarning: (text) => log.warn(text),
    redirect: redirect?.urlOf,
  })
  using _ = purgeRegularly(registry.uploads, settings["server.upload_expiry"], log)
  const isReady = createReadiness(opened, (ready, reason) => {
    if (ready) log.info("the store can be reached again")
    else log.error("the store cannot be reached", { error: reason })
  })
  let isStopping = false
  const healthRoutes = health(async () => !isStopping && (await isReady()))
  const metricsRoutes = metrics && access !== "off" ? metricsRoute(metrics.render, access) : undefined
  const app = createApp({
    registry,
    admit: identity.admit,
    open: access === "everyone" && metricsRoutes ? healthRoutes.route("/", metricsRoutes) : healthRoutes,
    guarded: access === "users" ? metricsRoutes : undefined,
    onStart: metrics?.onStart,
    log: (line) => {
      metrics?.onRequest(line)
      logRequest(log, line)
    },
    onError: (error) => logFailure(log, error),
  })
  await using server = createWebServer(app, {
    tls: identity.tls,
    h2c: settings["server.h2c"],
    patience: { read: settings["server.read_timeout"], write: settings["server.write_timeout"] },
    idle: settings["server.idle_timeout"],
  })
  const hosts = await listenOn(server, settings["server.address"], settings["server.port"])
  await work({
    addresses: hosts.map((host) => `http${identity.tls ? "s" : ""}://${host}`),

    async reload() {
      const tls = await identity.reload()
      if (tls) server.setTls(tls)
    },

    async stop(grace) {
      isStopping = true
      await server.close(grace)
    },
  })
}
