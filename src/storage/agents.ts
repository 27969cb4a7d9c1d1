/**
 * Node's agents, one for what is encrypted and one for what is not, each with its way through a proxy.
 * @module
 */
import http from "node:http"
import https from "node:https"
import tls from "node:tls"
import { withOneBuffer } from "../one-buffer.ts"
import { certificateError } from "./certificate-error.ts"
import { type Dial, dialWith, type Dialling, standing } from "./connecting.ts"
import type { NetworkSettings } from "./network.ts"
import type { Proxy } from "./proxies.ts"
import { blaming, openTunnel } from "./tunnel.ts"

export interface AgentOptions extends Dialling {
  /** Kept for the next request. */
  readonly idleConnections: number
}

/** Looks at each connection where it goes, and has the proxy for it pass it on. */
export function createSecureAgent(
  { proxies, certificates, verify = true }: NetworkSettings,
  options: AgentOptions,
): https.Agent {
  // Made once: to read so many certificates for every connection would take longer than the handshake. And not before the first:
  // there may be none, where the store speaks plain HTTP.
  let context: tls.SecureContext | undefined
  const secureContextOf = (): tls.SecureContext | undefined => {
    if (certificates) {
      context ??= tls.createSecureContext({ ca: [...tls.getCACertificates("default"), ...certificates] })
    }
    return context
  }
  const agent = withOneBuffer(new https.Agent({ ...common(options), rejectUnauthorized: verify }))
  const connect = agent.createConnection.bind(agent)

  const dial: Dial = async (request, signal) => {
    const secureContext = secureContextOf()
    const host = request.host ?? "localhost"
    const url = new URL(`https://${host.includes(":") ? `[${host}]` : host}:${request.port ?? 443}`)
    const proxy = proxies?.forUrl(url)
    const socket = proxy && (await openTunnel(proxy, url, { secureContext, signal }))
    try {
      const trust = secureContext && { secureContext }
      const connecting = connect({ ...request, ...trust, ...(socket && { socket }) })
      return await standing(connecting as tls.TLSSocket, "secureConnect", signal)
    } catch (error) {
      throw certificateError(error, url.origin) ?? error
    }
  }
  return dialWith(agent, dial, options)
}

/** @param proxy that every request goes through: it gets the whole URL, which is Node's work */
export function createPlainAgent(proxy: Proxy | undefined, options: AgentOptions): http.Agent {
  const proxyEnv = proxy && { http_proxy: proxy.url.href }
  const agent = withOneBuffer(new http.Agent({ ...common(options), ...(proxyEnv && { proxyEnv }) }))
  const connect = agent.createConnection.bind(agent)
  const event = proxy?.url.protocol === "https:" ? "secureConnect" : "connect"

  const dial: Dial = (request, signal) => {
    const socket = standing(connect(request) as tls.TLSSocket, event, signal)
    return proxy ? blaming(proxy, request.host ?? "", socket) : socket
  }
  return dialWith(agent, dial, options)
}

function common({ idle, idleConnections }: AgentOptions): http.AgentOptions {
  return { keepAlive: true, maxFreeSockets: idleConnections, timeout: idle }
}
