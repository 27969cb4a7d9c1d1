/**
 * A proxy as companies have them: passes on what is encrypted (CONNECT) and forwards what is not, on request to those only who sign
 * in. It knows a world of its own: every name that ends with `.test` is this machine, which nothing but this proxy can know.
 * @module
 */
import { once } from "node:events"
import { createServer, request as forward, type IncomingMessage, type RequestListener } from "node:http"
import { createServer as createTlsServer } from "node:https"
import { connect, type Socket } from "node:net"
import { pipeline } from "node:stream/promises"
import type { Certificate } from "./private-authority.ts"

export interface ForwardProxyOptions {
  /** Asked of everybody, with status 407. */
  readonly user?: { readonly name: string; readonly password: string }
  /** With it, the proxy itself speaks TLS, and is called localhost. */
  readonly certificate?: Certificate
  /** The port of this machine at which a host is to be found, of those that are elsewhere. */
  readonly locate?: (host: string) => number | undefined
  /** What everybody gets in place of a connection. */
  readonly status?: number
}

export interface ForwardProxy extends AsyncDisposable {
  /** For `HTTPS_PROXY`; with the user, if it asks for one. */
  readonly url: string
  readonly port: number
  /** `CONNECT host:port` or `GET http://host…` of every request, refused ones too. */
  readonly seen: string[]
}

export async function startForwardProxy({
  user,
  status,
  certificate,
  locate = () => undefined,
}: ForwardProxyOptions = {}): Promise<ForwardProxy> {
  const seen: string[] = []
  const sockets = new Set<Socket>()
  const expected = user && `Basic ${Buffer.from(`${user.name}:${user.password}`).toString("base64")}`

  const refusal = ({ method, url, headers }: IncomingMessage) => {
    seen.push(`${method} ${url}`)
    if (expected !== undefined && headers["proxy-authorization"] !== expected) return 407
    return status
  }

  const onRequest: RequestListener = (incoming, response) => {
    const refused = refusal(incoming)
    if (refused !== undefined || !incoming.url?.startsWith("http://")) {
      incoming.resume()
      response.writeHead(refused ?? 400).end("<html>The proxy speaking.</html>")
      return
    }
    const { method, url, headers } = incoming
    const { hostname, port, pathname, search } = new URL(url)
    const { "proxy-authorization": _authorization, "proxy-connection": _connection, ...kept } = headers
    const outgoing = forward(
      { method, host: hostOf(hostname), port, path: pathname + search, headers: kept },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        pipeline(answer, response).catch(() => undefined)
      },
    )
    outgoing.on("error", () => response.destroy())
    pipeline(incoming, outgoing).catch(() => undefined)
  }

  const server = certificate ? createTlsServer(certificate, onRequest) : createServer(onRequest)
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    const refused = refusal(request)
    if (refused !== undefined) {
      // Left open, as by proxies that expect another try on the same connection.
      socket.write(`HTTP/1.1 ${refused} Refused\r\ncontent-length: 0\r\n\r\n`)
      return
    }
    const [, host = "", port] = /^(.*):(\d+)$/.exec(request.url ?? "") ?? []
    const local = locate(host)
    const upstream = local === undefined ? connect(Number(port), hostOf(host)) : connect(local, "127.0.0.1")
    upstream.once("connect", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n")
      void pipeline(socket, upstream, socket).catch(() => undefined)
    })
    upstream.once("error", () => socket.destroy())
  })
  server.on("connection", (socket) => {
    sockets.add(socket.on("error", () => undefined))
    socket.once("close", () => sockets.delete(socket))
  })

  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The proxy has no port.")
  const login = user ? `${encodeURIComponent(user.name)}:${encodeURIComponent(user.password)}@` : ""
  return {
    url: `${certificate ? `https://${login}localhost` : `http://${login}127.0.0.1`}:${address.port}`,
    port: address.port,
    seen,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, "close")
    },
  }
}

function hostOf(name: string): string {
  return name.endsWith(".test") ? "127.0.0.1" : name
}
