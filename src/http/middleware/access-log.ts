/**
 * One line a request.
 * @module
 */
import { randomUUID } from "node:crypto"
import type { MiddlewareHandler } from "hono"
import { routePath } from "hono/route"
import { type AppContext, type Env, isBroken, socketOf } from "../env.ts"

/** What is known of a request when it begins. */
export interface RequestStart {
  readonly method: string
  /** The endpoint, without what varies: `/v2/:name/tags/list`. Undefined if there is none. */
  readonly route: string | undefined
}

export interface AccessLine extends RequestStart {
  /** What the client or a proxy before us calls the request, or else a new one; the answer bears it too. */
  readonly id: string
  /** Without its query, which may carry what is nobody's business. */
  readonly path: string
  readonly status: number
  /** Bytes of the request's and the answer's body. */
  readonly received: number
  readonly sent: number
  readonly milliseconds: number
  readonly user: string | undefined
  readonly address: string | undefined
  /** The connection broke before the answer's end. */
  readonly broken: boolean
}

/**
 * @param log called when the last byte is sent, or the connection is lost
 * @param onStart called before anything is done
 */
export function accessLog(
  log: (line: AccessLine) => void,
  onStart?: (start: RequestStart) => void,
): MiddlewareHandler<Env> {
  return async function logAccess(c, next) {
    const start = performance.now()
    const traffic = { received: 0, sent: 0 }
    c.set("traffic", traffic)
    const id = requestId(c)
    const { incoming, outgoing } = socketOf(c)
    const address = incoming?.socket.remoteAddress
    outgoing?.setHeader("x-request-id", id)
    const begun = { method: c.req.method, route: routeOf(c) }
    onStart?.(begun)
    const tell = (): void =>
      log({
        ...begun,
        id,
        path: c.req.path,
        status: statusOf(c),
        received: traffic.received,
        sent: traffic.sent || lengthOf(c),
        milliseconds: Math.round(performance.now() - start),
        user: c.get("user"),
        address,
        broken: outgoing !== undefined && isBroken(outgoing),
      })
    outgoing?.once("close", tell)
    await next()
    if (!outgoing) tell()
  }
}

function requestId(c: AppContext): string {
  const given = c.req.header("x-request-id")
  return given !== undefined && /^[\w.:-]{1,100}$/.test(given) ? given : randomUUID()
}

function routeOf(c: AppContext): string | undefined {
  const path = routePath(c, -1).replaceAll(/\{.*?\}/g, "")
  return path.endsWith("*") ? undefined : path
}

/** What proxies log where nobody waited for an answer. */
const CLIENT_GONE = 499

function statusOf(c: AppContext): number {
  const { outgoing } = socketOf(c)
  if (!outgoing) return c.res.status
  return outgoing.headersSent ? outgoing.statusCode : CLIENT_GONE
}

/** Bytes of an answer that was no stream. */
function lengthOf(c: AppContext): number {
  const { outgoing } = socketOf(c)
  if (c.req.method === "HEAD" || !outgoing || isBroken(outgoing)) return 0
  return Number(outgoing.getHeader("content-length") ?? 0)
}
