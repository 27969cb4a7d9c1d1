/**
 * A socket for the application.
 * @module
 */
import { once } from "node:events"
import type { Server } from "node:http"
import type { AddressInfo } from "node:net"
import { createAdaptorServer } from "@hono/node-server"
import getPort from "get-port"
import type { Hono } from "hono"
import type { Env } from "./env.ts"

/** Proposed ports that may turn out to be taken before we give up. */
const ATTEMPTS = 10

/** Disposing of it cuts open connections at once. */
export interface Listening extends AsyncDisposable {
  readonly address: string
  readonly port: number
  /**
   * Accepts nothing more, cuts what is still open after `grace` milliseconds, and returns when no handler is at work any longer:
   * then whatever they had opened at the store is committed or undone.
   */
  close(grace: number): Promise<void>
}

/** Listens on a free port of the address; connections are accepted when this returns. */
export async function listen(app: Hono<Env>, address = "127.0.0.1"): Promise<Listening> {
  const atWork = new Set<Promise<void>>()
  const fetch: typeof app.fetch = (request, bindings) => {
    const response = Promise.resolve(app.fetch(request, bindings))
    // The server deals with failures; here it only counts that the handler has ended.
    const ended = response.then(
      () => void atWork.delete(ended),
      () => void atWork.delete(ended),
    )
    atWork.add(ended)
    return response
  }
  const server = createAdaptorServer({ fetch }) as Server
  // Node's default would cut a layer that takes more than five minutes; a client that does not even send headers is still cut.
  server.requestTimeout = 0
  server.headersTimeout = 60_000
  server.keepAliveTimeout = 75_000
  const port = await bind(server, address)
  async function close(grace: number): Promise<void> {
    await closeServer(server, grace)
    await Promise.all(atWork)
  }
  return { address, port, close, [Symbol.asyncDispose]: () => close(0) }
}

/** A proposal may be taken by the time that it is used: only the bound socket counts. */
async function bind(server: Server, address: string): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    server.listen(await getPort({ host: address }), address)
    try {
      await once(server, "listening")
      return (server.address() as AddressInfo).port
    } catch (error) {
      const taken = error instanceof Error && "code" in error && error.code === "EADDRINUSE"
      if (!taken || attempt === ATTEMPTS) throw error
    }
  }
}

async function closeServer(server: Server, grace: number): Promise<void> {
  if (!server.listening) return
  const closed = once(server, "close")
  server.close()
  server.closeIdleConnections()
  const cut = setTimeout(() => server.closeAllConnections(), grace)
  await closed
  clearTimeout(cut)
}
