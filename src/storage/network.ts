/**
 * The connections of one driver: to the cloud itself and to where its SDK signs in, through proxies, and with certificates checked.
 * Nothing else in the process connects this way, the Docker daemon least of all.
 * @module
 */
import http from "node:http"
import https from "node:https"
import tls from "node:tls"
import { certificateError } from "./certificate-error.ts"
import { type Dial, dialWith, type Patience, standing } from "./connecting.ts"
import { type NetworkError, refusalOfProxy } from "./network-error.ts"
import type { Proxies, Proxy } from "./proxies.ts"
import { blaming, openTunnel } from "./tunnel.ts"

export interface NetworkSettings {
  /** Left out: none. */
  readonly proxies?: Proxies | undefined
  /** Authorities beside those that Node knows, in PEM. */
  readonly certificates?: readonly string[] | undefined
  /** False takes any certificate of a server. */
  readonly verify?: boolean | undefined
}

export interface Network extends Disposable {
  /** For requests over HTTPS to wherever. */
  readonly secure: https.Agent
  /** For requests to the host of this URL. */
  agentFor(url: string | URL): http.Agent
  /** The error that an answer stands for which a proxy gave in the server's place. Over HTTPS it has none to give. */
  refusalOf(url: string | URL, status: number | undefined): NetworkError | undefined
}

const PATIENCE: Patience = { connecting: 10_000, idle: 120_000 }

/**
 * No cap on sockets: what waits for an answer is limited before it gets here, and a body that its reader has paused must not
 * keep an upload, perhaps its own copy to another store, from getting a connection.
 * @param idle connections to keep for the next request
 */
export function createNetwork(settings: NetworkSettings, idle: number, patience = PATIENCE): Network {
  const { proxies } = settings
  const common = { keepAlive: true, maxFreeSockets: idle, timeout: patience.idle }
  const secure = secureAgent(settings, common, patience)
  const direct = plainAgent(new http.Agent(common), undefined, patience)
  let forwarding: http.Agent | undefined

  return {
    secure,
    agentFor(address) {
      const url = new URL(address)
      if (url.protocol === "https:") return secure
      const proxy = proxies?.forUrl(url)
      if (!proxy) return direct
      // Node sends such a request to the proxy, with all of the URL in it.
      const proxyEnv = { http_proxy: proxy.url.href }
      return (forwarding ??= plainAgent(new http.Agent({ ...common, proxyEnv }), proxy, patience))
    },
    refusalOf(address, status) {
      const url = new URL(address)
      const proxy = status === 407 ? proxies?.forUrl(url) : undefined
      return proxy && refusalOfProxy(proxy, 407, url.host)
    },
    [Symbol.dispose]() {
      for (const agent of [secure, direct, forwarding]) agent?.destroy()
    },
  }
}

function secureAgent(settings: NetworkSettings, common: https.AgentOptions, patience: Patience): https.Agent {
  const { proxies, certificates, verify = true } = settings
  // Made once: to read so many certificates for every connection would take longer than the handshake.
  const secureContext =
    certificates && tls.createSecureContext({ ca: [...tls.getCACertificates("default"), ...certificates] })
  const trust = { rejectUnauthorized: verify, ...(secureContext && { secureContext }) }
  const agent = new https.Agent({ ...common, ...trust })
  const connect = agent.createConnection.bind(agent)

  const dial: Dial = async (options, signal) => {
    const host = options.host ?? "localhost"
    const url = new URL(`https://${host.includes(":") ? `[${host}]` : host}:${options.port ?? 443}`)
    const proxy = proxies?.forUrl(url)
    const socket = proxy && (await openTunnel(proxy, url, { secureContext, signal }))
    try {
      const connecting = connect({ ...options, ...(socket && { socket }) })
      return await standing(connecting as tls.TLSSocket, "secureConnect", signal)
    } catch (error) {
      throw certificateError(error, url.origin) ?? error
    }
  }
  return dialWith(agent, dial, patience)
}

function plainAgent(agent: http.Agent, proxy: Proxy | undefined, patience: Patience): http.Agent {
  const connect = agent.createConnection.bind(agent)
  const event = proxy?.url.protocol === "https:" ? "secureConnect" : "connect"
  const dial: Dial = (options, signal) => {
    const socket = standing(connect(options) as tls.TLSSocket, event, signal)
    return proxy ? blaming(proxy, options.host ?? "", socket) : socket
  }
  return dialWith(agent, dial, patience)
}
