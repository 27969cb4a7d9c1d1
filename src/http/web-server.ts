/**
 * The application behind sockets: HTTP/1.1, and HTTP/2 on the same port with a certificate or where it is asked for without one.
 * @module
 */
import { once } from "node:events"
import { createSecureServer, createServer, type Http2Server, type ServerHttp2Session } from "node:http2"
import type { AddressInfo, Socket as Connection } from "node:net"
import { createAdaptorServer, type ServerType } from "@hono/node-server"
import type { Hono } from "hono"
import { alsoHttp2 } from "./cleartext-http2.ts"
import type { Env, Socket } from "./env.ts"
import { closeSessions, SESSION_OPTIONS, watchSession } from "./sessions.ts"
import { cutStalled, type Patience } from "./stalls.ts"

/** In PEM. */
export interface TlsIdentity {
  readonly cert: string
  readonly key: string
}

export interface WebServerOptions {
  readonly tls?: TlsIdentity | undefined
  /** HTTP/2 also without TLS, for clients that know of it beforehand (h2c). */
  readonly h2c?: boolean
  /** Left out, clients have all the time in the world. */
  readonly patience?: Patience
  /** Milliseconds that a connection is kept between two requests. */
  readonly idle?: number
}

/** Disposing of it cuts open connections at once. */
export interface WebServer extends AsyncDisposable {
  /**
   * Accepts connections at one more address when this returns.
   * @param port 0 for any free one
   * @returns the port
   */
  listen(port: number, address: string): Promise<number>
  /** For connections from now on; those that are open go on. */
  setTls(identity: TlsIdentity): void
  /**
   * Accepts nothing more, cuts what is still open after `grace` milliseconds, and returns when no handler is at work any longer:
   * then whatever they had opened at the store is committed or undone.
   */
  close(grace: number): Promise<void>
}

/** Longer than clients keep connections, so that none is closed under a request just sent. */
const IDLE = 75_000

/** Milliseconds for a client to send the headers of a request. */
const HEADERS_TIMEOUT = 60_000

/** Milliseconds between looks for connections that have nothing left to do. */
const CLOSE_INTERVAL = 50

export function createWebServer(app: Hono<Env>, options: WebServerOptions = {}): WebServer {
  const { patience, idle = IDLE, h2c = false } = options
  const atWork = new Set<Promise<void>>()
  const servers = new Set<ServerType>()
  const connections = new Set<Connection>()
  const sessions = new Set<ServerHttp2Session>()
  /** Connections that have asked for nothing yet, by their other ends. */
  const silent = new Map<string, Connection>()
  let { tls } = options

  const fetch = (request: Request, bindings: Socket): Promise<Response> => {
    silent.delete(peerOf(bindings.incoming.socket))
    if (patience) cutStalled(bindings, patience)
    const response = Promise.resolve(app.fetch(request, bindings))
    // The server deals with failures; here it only counts that the handler has ended.
    const ended = response.then(
      () => void atWork.delete(ended),
      () => void atWork.delete(ended),
    )
    atWork.add(ended)
    return response
  }

  function closeIdle(): void {
    for (const server of servers) {
      if ("closeIdleConnections" in server) server.closeIdleConnections()
    }
    closeSessions(sessions)
    for (const connection of silent.values()) connection.destroy()
  }

  function watchSessions(server: ServerType): void {
    server.on("session", (session: ServerHttp2Session) => {
      sessions.add(session)
      silent.delete(peerOf(session.socket))
      session.once("close", () => sessions.delete(session))
      watchSession(session, idle)
    })
  }

  function createSecure(identity: TlsIdentity): ServerType {
    const serverOptions = { ...SESSION_OPTIONS, ...identity, allowHTTP1: true }
    const server = createAdaptorServer({ fetch, createServer: createSecureServer, serverOptions })
    watchSessions(server)
    return server
  }

  function createPlain(): ServerType {
    const server = createAdaptorServer({ fetch })
    if (h2c) {
      const http2 = createAdaptorServer({ fetch, createServer, serverOptions: SESSION_OPTIONS })
      watchSessions(http2)
      alsoHttp2(server, http2 as Http2Server, HEADERS_TIMEOUT)
    }
    return server
  }

  function create(): ServerType {
    const server = tls ? createSecure(tls) : createPlain()
    server.on("connection", (connection: Connection) => {
      const peer = peerOf(connection)
      connections.add(connection)
      silent.set(peer, connection)
      connection.once("close", () => {
        connections.delete(connection)
        if (silent.get(peer) === connection) silent.delete(peer)
      })
    })
    // Node's default would cut a layer that takes more than five minutes; a client that does not even send headers is still cut.
    return Object.assign(server, {
      requestTimeout: 0,
      headersTimeout: HEADERS_TIMEOUT,
      keepAliveTimeout: idle,
    })
  }

  async function close(grace: number): Promise<void> {
    const closed = Promise.all([...servers].map((server) => once(server, "close")))
    for (const server of servers) server.close()
    closeIdle()
    // Clients keep their connections: each ends with what runs on it.
    const closing = setInterval(closeIdle, CLOSE_INTERVAL)
    const cut = setTimeout(() => {
      for (const connection of connections) connection.destroy()
    }, grace)
    await closed
    servers.clear()
    clearInterval(closing)
    clearTimeout(cut)
    await Promise.all(atWork)
  }

  return {
    async listen(port, address) {
      const server = create().listen(port, address)
      await once(server, "listening")
      servers.add(server)
      return (server.address() as AddressInfo).port
    },

    setTls(identity) {
      tls = identity
      for (const server of servers) if ("setSecureContext" in server) server.setSecureContext(identity)
    },

    close,
    [Symbol.asyncDispose]: () => close(0),
  }
}

/** The same for a connection and for the TLS on it. */
function peerOf({ remoteAddress, remotePort }: Pick<Connection, "remoteAddress" | "remotePort">): string {
  return `${remoteAddress} ${remotePort}`
}
