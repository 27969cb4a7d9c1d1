/**
 * A proxy in front of a store that writes down what is asked of it.
 * @module
 */
import { once } from "node:events"
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { pipeline } from "node:stream"
import { setTimeout } from "node:timers/promises"
import { collect } from "./bytes.ts"

export interface CountedRequest {
  readonly method: string
  /** Decoded, with the query. */
  readonly path: string
  readonly status: number
  /** Milliseconds of one clock. */
  readonly started: number
  readonly ended: number
}

export interface CountingProxy extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string
  /** What was asked since the last call, in the order of the answers. */
  take(): readonly CountedRequest[]
}

/**
 * Milliseconds that each request is held back: those that are sent together are then in flight together, however fast the
 * server is.
 */
const LATENCY = 15

export async function startCountingProxy(target: string): Promise<CountingProxy> {
  let requests: CountedRequest[] = []
  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const started = performance.now()
    const answer = await forward(target, incoming)
    // Before a byte of the answer is on its way: no request that follows from it can have started yet.
    const { method = "", url = "" } = incoming
    const path = decodeURIComponent(url)
    requests.push({ method, path, status: answer.status, started, ended: performance.now() })
    outgoing.writeHead(answer.status, answer.headers)
    outgoing.end(answer.body)
  }
  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => incoming.destroy())
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    take() {
      const taken = requests
      requests = []
      return taken
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close")
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/**
 * How often a client has waited: requests in flight together count once. It is the length of the longest row of requests of
 * which each began after the one before had ended.
 */
export function roundTripsOf(requests: readonly CountedRequest[]): number {
  let trips = 0
  let free = -Infinity
  for (const { started, ended } of requests.toSorted((a, b) => a.ended - b.ended)) {
    if (started < free) continue
    trips += 1
    free = ended
  }
  return trips
}

interface Answered {
  readonly status: number
  readonly headers: string[]
  readonly body: Buffer
}

/** Header for header: the signature covers the host by which the client knows us. */
async function forward(target: string, incoming: IncomingMessage): Promise<Answered> {
  await setTimeout(LATENCY)
  const { method, url = "/", headers } = incoming
  const upstream = request(new URL(url, target), { method, headers })
  pipeline(incoming, upstream, () => undefined) // a client that hangs up ends the request behind it too
  const [answer] = (await once(upstream, "response")) as [IncomingMessage]
  return { status: answer.statusCode ?? 0, headers: answer.rawHeaders, body: await collect(answer) }
}
