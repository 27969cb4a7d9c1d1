/**
 * The connections of one driver: to the cloud itself and to where its SDK signs in, through proxies, and with certificates checked.
 * Nothing else in the process connects this way, the Docker daemon least of all.
 * @module
 */
import type http from "node:http"
import type https from "node:https"
import { createPlainAgent, createSecureAgent } from "./agents.ts"
import type { Patience } from "./connecting.ts"
import { NetworkError, refusalOfProxy } from "./network-error.ts"
import type { Proxies } from "./proxies.ts"

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
  /** For SDKs at work, which keep little of an error: rejects with the one of a connection, if one has failed meanwhile. */
  explaining<T>(work: () => Promise<T>): Promise<T>
}

const PATIENCE: Patience = { connecting: 10_000, idle: 120_000 }

/**
 * No cap on sockets: what waits for an answer is limited before it gets here, and a body that its reader has paused must not
 * keep an upload, perhaps its own copy to another store, from getting a connection.
 * @param idle connections to keep for the next request
 */
export function createNetwork(settings: NetworkSettings, idle: number, patience = PATIENCE): Network {
  const { proxies } = settings
  let latest: NetworkError | undefined
  const common = {
    ...patience,
    idleConnections: idle,
    onFailure(error: unknown) {
      if (error instanceof NetworkError) latest = error
    },
  }
  const secure = createSecureAgent(settings, common)
  const direct = createPlainAgent(undefined, common)
  let forwarding: http.Agent | undefined

  return {
    secure,
    agentFor(address) {
      const url = new URL(address)
      if (url.protocol === "https:") return secure
      const proxy = proxies?.forUrl(url)
      if (!proxy) return direct
      return (forwarding ??= createPlainAgent(proxy, common))
    },
    refusalOf(address, status) {
      const url = new URL(address)
      const proxy = status === 407 ? proxies?.forUrl(url) : undefined
      return proxy && refusalOfProxy(proxy, 407, url.host)
    },
    async explaining(work) {
      const before = latest
      try {
        return await work()
      } catch (error) {
        throw latest && latest !== before ? latest : error
      }
    },
    [Symbol.dispose]() {
      for (const agent of [secure, direct, forwarding]) agent?.destroy()
    },
  }
}
