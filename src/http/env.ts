/**
 * What every handler finds in its context.
 * @module
 */
import type { HttpBindings } from "@hono/node-server"
import type { Context } from "hono"
import type { RepositoryName } from "../oci/reference.ts"
import type { Registry } from "../registry/registry.ts"

export type Action = "pull" | "push" | "delete"

/** Whether whoever sent this request may do that. */
export type Access = (name: RepositoryName, action: Action) => boolean

export interface Env {
  Bindings: Partial<HttpBindings>
  Variables: { registry: Registry; access: Access }
}

export type AppContext = Context<Env>

/** Node's request and response; neither when the app is called without a socket, for which Hono has no bindings at all. */
export function socketOf(c: AppContext): Partial<HttpBindings> {
  return c.env ?? {}
}
