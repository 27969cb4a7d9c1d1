/**
 * An HTTP proxy between a driver and a real server (or none) that counts requests and makes some of them fail.
 * @module
 */
import { once } from "node:events"
import { createServer, request as forward, type IncomingHttpHeaders, type ServerResponse } from "node:http"
import { pipeline } from "node:stream/promises"

export interface SeenRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
}

/** What happens instead of forwarding. */
export type Fault =
  /** Answers by itself. */
  | {
      readonly status: number
      readonly body?: string
      readonly headers?: Record<string, string>
      /** The server gets the request all the same: only its answer is lost. */
      readonly afterForwarding?: boolean
    }
  /** Closes the connection without an answer. */
  | { readonly reset: "before forwarding" | "after forwarding" }
  /** Closes the connection after so many bytes of the answer's body. */
  | { readonly cutAfter: number }

/** Asked for every request; undefined lets it pass. */
export type FaultPlan = (request: SeenRequest) => Fault | undefined

export interface FaultProxy extends AsyncDisposable {
  readonly url: string
  readonly host: string
  readonly seen: SeenRequest[]
  /** Replaces the plan and forgets what was seen. */
  plan(plan: FaultPlan): void
}

/** @param target origin of the real server; without, every request needs a fault */
export async function startFaultProxy(target?: string): Promise<FaultProxy> {
  const seen: SeenRequest[] = []
  let plan: FaultPlan = () => undefined

  const server = createServer((incoming, response) => {
    const { method = "", url = "", headers } = incoming
    const request = { method, url, headers }
    seen.push(request)
    const fault = plan(request)
    const isForwarded =
      !fault ||
      "cutAfter" in fault ||
      ("status" in fault ? (fault.afterForwarding ?? false) : fault.reset === "after forwarding")
    if (!isForwarded || !target) {
      incoming.resume()
      incoming.once("end", () => answer(response, fault))
      if (fault && "reset" in fault) response.destroy()
      return
    }
    const outgoing = forward(new URL(url, target), { method, headers }, (answered) => {
      if (!fault) {
        response.writeHead(answered.statusCode ?? 502, answered.headers)
        pipeline(answered, response).catch(() => undefined)
      } else if ("cutAfter" in fault) {
        response.writeHead(answered.statusCode ?? 502, answered.headers)
        let left = fault.cutAfter
        answered.on("data", (chunk: Buffer) => {
          if (left <= 0) return
          response.write(chunk.subarray(0, left), () => {
            if (left <= 0) response.destroy()
          })
          left -= chunk.length
        })
        answered.once("end", () => {
          if (left > 0) response.end()
        })
      } else {
        answered.resume()
        answered.once("end", () => answer(response, fault))
      }
    })
    pipeline(incoming, outgoing).catch(() => response.destroy())
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("The proxy has no port.")
  const host = `127.0.0.1:${address.port}`

  return {
    url: `http://${host}`,
    host,
    seen,
    plan(next) {
      plan = next
      seen.length = 0
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, "close")
    },
  }
}

/** A fault for the first `times` requests that match. */
export function first(times: number, matches: (request: SeenRequest) => boolean, fault: Fault): FaultPlan {
  let left = times
  return (request) => {
    if (left === 0 || !matches(request)) return undefined
    left -= 1
    return fault
  }
}

function answer(response: ServerResponse, fault: Fault | undefined): void {
  if (fault && "status" in fault) response.writeHead(fault.status, fault.headers).end(fault.body)
  else response.destroy()
}
