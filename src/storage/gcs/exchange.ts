/**
 * One HTTP request and the head of its answer.
 * @module
 */
import { once } from "node:events"
import { request as httpRequest, type IncomingMessage } from "node:http"
import { request as httpsRequest } from "node:https"
import type { Network } from "../network.ts"

interface Exchange {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Sent one after the other, with their length told before. */
  readonly body?: readonly Uint8Array[]
  readonly signal?: AbortSignal | undefined
}

export interface Connections {
  /** Resolves once the answer begins, whatever its status. Its body is to be read to the end or destroyed. */
  exchange(exchange: Exchange): Promise<IncomingMessage>
}

export function createConnections(network: Network): Connections {
  return {
    async exchange({ method, url, headers, body = [], signal }) {
      signal?.throwIfAborted()
      const length = body.reduce((sum, { byteLength }) => sum + byteLength, 0)
      const outgoing = (url.protocol === "https:" ? httpsRequest : httpRequest)(url, {
        method,
        agent: network.agentFor(url),
        headers: { ...headers, ...(method !== "GET" && { "content-length": String(length) }) },
        ...(signal && { signal }),
      })
      const answered = once(outgoing, "response", signal ? { signal } : {})
      // Also after the answer: the rest of a body that the server did not wait for may fail to be sent.
      outgoing.on("error", () => undefined)
      for (const bytes of body) outgoing.write(bytes)
      outgoing.end()
      const [answer]: [IncomingMessage] = await (answered as Promise<[IncomingMessage]>)
      const refusal = network.refusalOf(url, answer.statusCode)
      if (!refusal) return answer
      answer.destroy()
      throw refusal
    },
  }
}
