/**
 * Connections through a proxy that it only passes on, for what is encrypted.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-connect
 * @module
 */
import { once } from "node:events"
import http, { type IncomingMessage } from "node:http"
import https from "node:https"
import type { SecureContext } from "node:tls"
import type { Duplex } from "node:stream"
import { certificateError } from "./certificate-error.ts"
import { refusalOfProxy, unreachableProxy } from "./network-error.ts"
import { type Proxy, withoutBrackets } from "./proxies.ts"

export interface TunnelOptions {
  /** Authorities that the proxy itself may have, if it speaks TLS. */
  readonly secureContext?: SecureContext | undefined
  readonly signal: AbortSignal
}

/** @throws NetworkError when the proxy is not reached, or refuses */
export async function openTunnel(proxy: Proxy, server: URL, options: TunnelOptions): Promise<Duplex> {
  const target = `${server.hostname}:${server.port || 443}`
  const { status, socket } = await blaming(proxy, server.hostname, ask(proxy, target, options))
  if (status >= 200 && status < 300) return socket
  socket.destroy()
  throw refusalOfProxy(proxy, status, target)
}

/** A connection to the proxy itself that fails is the proxy's failure, not the server's. */
export async function blaming<T>(proxy: Proxy, host: string, connection: Promise<T>): Promise<T> {
  try {
    return await connection
  } catch (error) {
    throw certificateError(error, proxy.address) ?? unreachableProxy(proxy, host, error)
  }
}

async function ask(
  { url, authorization }: Proxy,
  target: string,
  { secureContext, signal }: TunnelOptions,
): Promise<{ readonly status: number; readonly socket: Duplex }> {
  const request = (url.protocol === "https:" ? https : http).request({
    agent: false,
    host: withoutBrackets(url.hostname),
    port: url.port,
    method: "CONNECT",
    path: target,
    headers: { host: target, ...(authorization && { "proxy-authorization": authorization }) },
    ...(secureContext && { secureContext }),
  })
  try {
    const answered = once(request, "connect", { signal }) as Promise<[IncomingMessage, Duplex]>
    request.end()
    const [{ statusCode = 0 }, socket] = await answered
    return { status: statusCode, socket }
  } catch (error) {
    request.on("error", () => undefined).destroy()
    throw error
  }
}
