/**
 * The registry as an HTTP application.
 * @module
 */
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response"
import { Hono } from "hono"
import { RegistryError } from "../oci/errors.ts"
import type { Registry } from "../registry/registry.ts"
import { API_VERSION } from "./body.ts"
import { type Access, type Env, socketOf } from "./env.ts"
import { errorResponse } from "./error-response.ts"
import { type AccessLine, accessLog, type RequestStart } from "./middleware/access-log.ts"
import { type Admit, basicAuth, type Credentials, onlyUser } from "./middleware/auth.ts"
import { base } from "./routes/base.ts"
import { blobs } from "./routes/blobs.ts"
import { catalog } from "./routes/catalog.ts"
import { manifests } from "./routes/manifests.ts"
import { referrers } from "./routes/referrers.ts"
import { tags } from "./routes/tags.ts"
import { uploads } from "./routes/uploads.ts"

export interface AppOptions {
  readonly registry: Registry
  /** The only ones that are let in. Without them and `admit`, everyone is. */
  readonly credentials?: Credentials
  /** Decides who is let in, and what they may do. */
  readonly admit?: Admit | undefined
  /** Without it, everything is allowed. */
  readonly access?: Access
  /** Further routes, before anybody is asked who they are. */
  readonly open?: Hono<Env> | undefined
  /** Further routes for those who have been let in. */
  readonly guarded?: Hono<Env> | undefined
  readonly log?: (line: AccessLine) => void
  /** With `log`: called when a request begins. */
  readonly onStart?: ((start: RequestStart) => void) | undefined
  /** Sees every error, also those that come too late for the client to be told. */
  readonly onError?: (error: Error) => void
}

export function createApp(options: AppOptions): Hono<Env> {
  const { registry, credentials, access = () => true, log, onStart, onError, open, guarded } = options
  const admit = options.admit ?? (credentials && onlyUser(credentials, access))
  const app = new Hono<Env>()
  if (log) app.use(accessLog(log, onStart))
  app.use(async function provide(c, next) {
    c.set("registry", registry)
    c.set("access", access)
    await next()
    if (socketOf(c).outgoing?.headersSent) return
    for (const [header, value] of Object.entries(API_VERSION)) c.header(header, value)
  })
  if (open) app.route("/", open)
  if (admit) app.use(basicAuth(admit))
  if (guarded) app.route("/", guarded)

  // Uploads before blobs: `uploads` would pass for a digest.
  for (const routes of [base, catalog, uploads, blobs, manifests, tags, referrers]) app.route("/", routes)

  app.notFound((c) =>
    errorResponse(
      c,
      new RegistryError("UNSUPPORTED", { status: 404, message: "this registry has no such endpoint" }),
    ),
  )
  app.onError((error, c) => {
    onError?.(error)
    // A body that fails half-way has had its status: all that is left is the broken connection.
    return socketOf(c).outgoing?.headersSent ? RESPONSE_ALREADY_SENT : errorResponse(c, error)
  })
  return app
}
