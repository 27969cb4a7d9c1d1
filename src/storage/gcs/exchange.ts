/**
 * One HTTP request and the head of its answer.
 * @module
 */
import { once } from "node:events"
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http"
import { Agent as HttpsAgent, request as httpsRequest } from "node:https"

interface Exchange {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** Sent one after the other, with their length told before. */
  readonly body?: readonly Uint8Array[]
  readonly signal?: AbortSignal | undefined
}

export interface Connections extends Disposable {
  /** Resolves once the answer begins, whatever its status. Its body is to be read to the end or destroyed. */
  exchange(exchange: Exchange): Promise<IncomingMessage>
}

/** Milliseconds without a byte in either direction. A whole request may take as long as it likes. */
const IDLE_TIMEOUT = 120_000

/** @param idle connections to keep for the next request */
export function createConnections(idle: number): Connections {
  // No cap on sockets: what waits for an answer is limited before it gets here, and a body that its reader has paused must
  // not keep an upload, perhaps its own copy to another store, from getting a connection.
  const settings = { keepAlive: true, maxSockets: Infinity, maxFreeSockets: idle }
  const agents = { http: new HttpAgent(settings), https: new HttpsAgent(settings) }

  return {
    async exchange({ method, url, headers, body = [], signal }) {
      signal?.throwIfAborted()
      const length = body.reduce((sum, { byteLength }) => sum + byteLength, 0)
      const isSecure = url.protocol === "https:"
      const outgoing = (isSecure ? httpsRequest : httpRequest)(url, {
        method,
        agent: isSecure ? agents.https : agents.http,
        headers: { ...headers, ...(method !== "GET" && { "content-length": String(length) }) },
        timeout: IDLE_TIMEOUT,
        ...(signal && { signal }),
      })
      outgoing.on("timeout", () => {
        outgoing.destroy(
          Object.assign(new Error(`No byte for ${IDLE_TIMEOUT / 1000} s.`), { code: "ETIMEDOUT" }),
        )
      })
      const answered = once(outgoing, "response")
      // Also after the answer: the rest of a body that the server did not wait for may fail to be sent.
      outgoing.on("error", () => undefined)
      for (const bytes of body) outgoing.write(bytes)
      outgoing.end()
      const [answer]: [IncomingMessage] = await (answered as Promise<[IncomingMessage]>)
      return answer
    },

    [Symbol.dispose]() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}
