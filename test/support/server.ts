/**
 * A server in this process, on a free port of the loopback interface.
 * @module
 */
import { readConfig } from "../../src/server/config.ts"
import { createLog } from "../../src/server/log.ts"
import { type RunningServer, withServer } from "../../src/server/server.ts"

export interface TestServer extends AsyncDisposable {
  readonly server: RunningServer
  /** Of the first address. */
  readonly url: string
  /** Everything that was logged, as JSON. */
  readonly logged: readonly Record<string, unknown>[]
}

/** @param settings by key; the address is 127.0.0.1, the port any */
export async function startServer(settings: Record<string, unknown>): Promise<TestServer> {
  const logged: Record<string, unknown>[] = []
  const log = createLog({
    level: "debug",
    format: "json",
    write: (line) => logged.push(JSON.parse(line) as Record<string, unknown>),
  })
  const flags = { "server.address": "127.0.0.1", "server.port": 0, ...settings }
  const config = readConfig({ env: {}, flags })
  const started = Promise.withResolvers<RunningServer>()
  const over = Promise.withResolvers<void>()
  const ended = withServer({ config, cwd: "/", log }, async (server) => {
    started.resolve(server)
    await over.promise
  })
  const server = await Promise.race([started.promise, ended.then(() => started.promise)])
  return {
    server,
    url: server.addresses[0] ?? "",
    logged,
    async [Symbol.asyncDispose]() {
      over.resolve()
      await ended
    },
  }
}
