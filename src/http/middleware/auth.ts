/**
 * Basic authentication (RFC 7617).
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto"
import type { MiddlewareHandler } from "hono"
import { RegistryError } from "../../oci/errors.ts"
import { type Access, type AppContext, type Env, socketOf } from "../env.ts"

export interface Credentials {
  readonly username: string
  readonly password: string
}

/** Who sent a request, if they have said so, and what they may do. */
interface Visitor {
  readonly user?: string
  readonly access: Access
}

/**
 * @param credentials undefined where none were sent
 * @param address of the client; undefined without a socket
 * @throws RegistryError UNAUTHORIZED, TOOMANYREQUESTS
 */
export type Admit = (credentials: Credentials | undefined, address: string | undefined) => Promise<Visitor>

/** Lets in whoever knows the one pair of credentials; the comparison takes the same time however much of them is right. */
export function onlyUser({ username, password }: Credentials, access: Access): Admit {
  const expected = fingerprint(`${username}:${password}`)
  return async function admitOnly(given) {
    const pair = given ? `${given.username}:${given.password}` : ""
    if (!timingSafeEqual(fingerprint(pair), expected)) throw unauthorized()
    return { user: username, access }
  }
}

export function basicAuth(admit: Admit): MiddlewareHandler<Env> {
  return async function admitVisitor(c, next) {
    const credentials = credentialsOf(c)
    const { user, access } = await admit(credentials, socketOf(c).incoming?.socket.remoteAddress)
    // Clients ask this one whether they need credentials, and send none elsewhere if they do not.
    if (user === undefined && /^\/v2\/?$/.test(c.req.path)) throw unauthorized()
    if (user !== undefined) c.set("user", user)
    c.set("access", access)
    await next()
  }
}

/** For what only users may do: also where others may read images. */
export function requireUser(): MiddlewareHandler<Env> {
  return async function assertUser(c, next) {
    if (c.get("user") === undefined) throw unauthorized()
    await next()
  }
}

/** With the challenge that makes clients send what they have. */
export function unauthorized(message?: string): RegistryError {
  return new RegistryError("UNAUTHORIZED", {
    headers: { "www-authenticate": 'Basic realm="oci-store"' },
    ...(message !== undefined && { message }),
  })
}

/** @throws RegistryError UNAUTHORIZED for what is sent and cannot be read */
function credentialsOf(c: AppContext): Credentials | undefined {
  const header = c.req.header("authorization")
  if (header === undefined) return undefined
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(header)?.[1]
  const [, username, password] = /^([^:]+):(.*)$/s.exec(Buffer.from(encoded ?? "", "base64").toString()) ?? []
  if (username === undefined || password === undefined) throw unauthorized()
  return { username, password }
}

/** Hashes have one length, whatever was sent. */
export function fingerprint(text: string): Buffer {
  return createHash("sha256").update(text).digest()
}
