/**
 * One line a request.
 * @module
 */
import type { MiddlewareHandler } from "hono"
import { type Env, socketOf } from "../env.ts"

export interface AccessLine {
  readonly method: string
  /** Without its query, which may carry what is nobody's business. */
  readonly path: string
  readonly status: number
  readonly milliseconds: number
}

export function accessLog(log: (line: AccessLine) => void): MiddlewareHandler<Env> {
  return async function logAccess(c, next) {
    const start = performance.now()
    await next()
    const { outgoing } = socketOf(c)
    log({
      method: c.req.method,
      path: c.req.path,
      status: outgoing?.headersSent ? outgoing.statusCode : c.res.status,
      milliseconds: Math.round(performance.now() - start),
    })
  }
}
