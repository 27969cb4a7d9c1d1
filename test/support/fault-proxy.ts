/**
 * An HTTP proxy between a driver and a real server (or none) that counts requests and makes some of them fail.
 * @module
 */
import { once } from "node:events"
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as forward,
  type ServerResponse,
} from "node:http"
import { pipeline as pipe, Transform } from "node:stream"
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
  /** Changes one bit of a body on its way; where in it, from 0 to 1. Bodies of unknown length pass. */
  | { readonly flip: "request" | "answer"; readonly at: number }
  /** Milliseconds that the request is held back before it is forwarded. */
  | { readonly delay: number }
  /** Says nothing more, and keeps the connection: instead of an answer, or in the middle of its body. */
  | { readonly stall: "before forwarding" | "in the answer" }

/** Asked for every request; undefined lets it pass. */
export type FaultPlan = (request: SeenRequest) => Fault | undefined

export interface FaultProxy extends AsyncDisposable {
  readonly url: string
  readonly host: string
  readonly seen: SeenRequest[]
  /** Requests whose answer is not complete yet. */
  readonly pending: ReadonlySet<SeenRequest>
  /** Replaces the plan and forgets what was seen. */
  plan(plan: FaultPlan): void
}

/** @param target origin of the real server; without, every request needs a fault */
export async function startFaultProxy(target?: string): Promise<FaultProxy> {
  const seen: SeenRequest[] = []
  const pending = new Set<SeenRequest>()
  let plan: FaultPlan = () => undefined

  const server = createServer((incoming, response) => {
    const { method = "", url = "", headers } = incoming
    const request = { method, url, headers }
    seen.push(request)
    pending.add(request)
    response.once("close", () => pending.delete(request))
    const fault = plan(request)
    if (fault && "stall" in fault && fault.stall === "before forwarding") return void incoming.resume()
    if (fault && "delay" in fault) return void setTimeout(() => pass(incoming, response, target), fault.delay)
    return pass(incoming, response, target, fault)
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
    pending,
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

function pass(
  incoming: IncomingMessage,
  response: ServerResponse,
  target: string | undefined,
  fault?: Fault,
): void {
  const isForwarded =
    !fault ||
    ("status" in fault
      ? (fault.afterForwarding ?? false)
      : !("reset" in fault) || fault.reset === "after forwarding")
  if (!isForwarded || !target) {
    incoming.resume()
    incoming.once("end", () => answer(response, fault))
    if (fault && "reset" in fault) response.destroy()
    return
  }
  const { method, url = "", headers } = incoming
  const outgoing = forward(new URL(url, target), { method, headers }, (answered) => {
    if (fault && ("status" in fault || "reset" in fault)) {
      answered.resume()
      answered.once("end", () => answer(response, fault))
      return
    }
    response.writeHead(answered.statusCode ?? 502, answered.rawHeaders)
    if (fault && "cutAfter" in fault) cut(answered, response, fault.cutAfter)
    else if (fault && "stall" in fault) cut(answered, response, lengthOf(answered) / 2, () => undefined)
    else pipeline(damaged(answered, "answer", fault), response).catch(() => undefined)
  })
  pipeline(damaged(incoming, "request", fault), outgoing).catch(() => response.destroy())
}

/** Passes so many bytes on, and then does what the fault is; a shorter body comes whole. */
function cut(
  answered: IncomingMessage,
  response: ServerResponse,
  bytes: number,
  then: () => unknown = () => response.destroy(),
): void {
  let left = bytes
  answered.on("data", (chunk: Buffer) => {
    if (left <= 0) return
    response.write(chunk.subarray(0, left), () => {
      if (left <= 0) then()
    })
    left -= chunk.length
  })
  answered.once("end", () => {
    if (left > 0) response.end()
  })
}

/** The body, with one bit of it changed if that is the fault. */
function damaged(
  body: IncomingMessage,
  which: "request" | "answer",
  fault: Fault | undefined,
): IncomingMessage | Transform {
  if (!fault || !("flip" in fault) || fault.flip !== which || lengthOf(body) === 0) return body
  let before = Math.floor(fault.at * lengthOf(body))
  const flip = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const flipped = before >= 0 && before < chunk.length ? Buffer.from(chunk) : chunk
      if (flipped !== chunk) flipped.writeUInt8(flipped.readUInt8(before) ^ 1, before)
      before -= chunk.length
      done(null, flipped)
    },
  })
  return pipe(body, flip, () => undefined)
}

function lengthOf({ headers }: IncomingMessage): number {
  return Number(headers["content-length"] ?? 0)
}

function answer(response: ServerResponse, fault: Fault | undefined): void {
  if (fault && "status" in fault) response.writeHead(fault.status, fault.headers).end(fault.body)
  else response.destroy()
}
