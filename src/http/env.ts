/**
 * What every handler finds in its context.
 * @module
 */
import type { Http2Bindings, HttpBindings } from "@hono/node-server"
import type { Context } from "hono"
import type { RepositoryName } from "../oci/reference.ts"
import type { Registry } from "../registry/registry.ts"

export type Action = "pull" | "push" | "delete"

/**
 * Whether whoever sent this request may do that.
 * @throws RegistryError UNAUTHORIZED where nobody in particular sent it, and somebody might
 */
export type Access = (name: RepositoryName, action: Action) => boolean

/** Node's request and response, of either version of the protocol. */
export type Socket = HttpBindings | Http2Bindings

/** Bytes of bodies, without headers. */
export interface Traffic {
  received: number
  sent: number
}

export interface Env {
  Bindings: Partial<Socket>
  Variables: {
    registry: Registry
    access: Access
    /** Who has proved to be whom. */
    user?: string
    /** Counted where somebody wants to know. */
    traffic?: Traffic
  }
}

export type AppContext = Context<Env>

/** Neither request nor response when the app is called without a socket, for which Hono has no bindings at all. */
export function socketOf(c: AppContext): Partial<Socket> {
  return c.env ?? {}
}

/** The client has gone, or was cut off, before the end of its request or of its answer. */
export class HangUpError extends Error {
  override readonly name = "HangUpError"

  constructor(message = "the client hung up", options?: ErrorOptions) {
    super(message, options)
  }
}

/** Aborted when the client hangs up before it has its answer. */
export function hangUpOf(c: AppContext): AbortSignal {
  const { outgoing } = socketOf(c)
  if (!outgoing) return c.req.raw.signal
  const hangUp = new AbortController()
  outgoing.once("close", () => {
    // Not the request's own signal: its reason is a string, and Hono lets only errors through to `onError`.
    if (isBroken(outgoing)) hangUp.abort(new HangUpError())
  })
  return hangUp.signal
}

/** Whether an answer that is closed was closed before its end. */
export function isBroken(outgoing: Socket["outgoing"]): boolean {
  // In HTTP/2, Node finishes what it destroys.
  if ("stream" in outgoing) return outgoing.stream.aborted || outgoing.stream.rstCode !== 0
  return !outgoing.writableFinished
}
