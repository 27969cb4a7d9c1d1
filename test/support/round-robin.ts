/**
 * A load balancer of the plainest kind: every request goes to the next server, whoever sends it.
 * @module
 */
import { once } from "node:events"
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { pipeline } from "node:stream/promises"

export interface RoundRobin extends AsyncDisposable {
  /** Host and port. */
  readonly address: string
}

/** @param targets host and port of each server */
export async function startRoundRobin(targets: readonly string[]): Promise<RoundRobin> {
  const agent = new Agent({ keepAlive: true })
  let turn = 0
  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const target = targets[turn % targets.length]
    turn += 1
    const { method, url: path, rawHeaders: headers } = incoming
    const upstream = request(`http://${target}`, { agent, method, path, headers })
    const answered = once(upstream, "response") as Promise<[IncomingMessage]>
    // A server may answer before it has read a body, and never read it.
    pipeline(incoming, upstream).catch(() => undefined)
    const [answer] = await answered
    outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
    await pipeline(answer, outgoing)
  }
  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => outgoing.destroy())
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close")
      server.close()
      server.closeAllConnections()
      agent.destroy()
      await closed
    },
  }
}
