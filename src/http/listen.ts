/**
 * A free port for the application.
 * @module
 */
import getPort from "get-port"
import type { Hono } from "hono"
import type { Env } from "./env.ts"
import { createWebServer, type WebServer } from "./web-server.ts"

/** Proposed ports that may turn out to be taken before we give up. */
const ATTEMPTS = 10

/** Disposing of it cuts open connections at once. */
export interface Listening extends Pick<WebServer, "close">, AsyncDisposable {
  readonly address: string
  readonly port: number
}

/** Listens on a free port of the address; connections are accepted when this returns. */
export async function listen(app: Hono<Env>, address = "127.0.0.1"): Promise<Listening> {
  const server = createWebServer(app)
  const port = await bind(server, address)
  return { address, port, close: server.close, [Symbol.asyncDispose]: () => server.close(0) }
}

/** A proposal may be taken by the time that it is used: only the bound socket counts. */
async function bind(server: WebServer, address: string): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await server.listen(await getPort({ host: address }), address)
    } catch (error) {
      const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE"
      if (!taken || attempt === ATTEMPTS) throw error
    }
  }
}
