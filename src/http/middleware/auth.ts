/**
 * Basic authentication (RFC 7617).
 * @module
 */
import { createHash, timingSafeEqual } from "node:crypto"
import type { MiddlewareHandler } from "hono"
import { RegistryError } from "../../oci/errors.ts"
import type { Env } from "../env.ts"

export interface Credentials {
  readonly username: string
  readonly password: string
}

/** Lets in whoever knows the one pair of credentials; the comparison takes the same time however much of them is right. */
export function basicAuth(credentials: Credentials): MiddlewareHandler<Env> {
  const expected = fingerprint(`${credentials.username}:${credentials.password}`)
  return async function requireCredentials(c, next) {
    const given = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(c.req.header("authorization") ?? "")?.[1]
    const pair = Buffer.from(given ?? "", "base64").toString()
    if (!timingSafeEqual(fingerprint(pair), expected)) {
      throw new RegistryError("UNAUTHORIZED", { headers: { "www-authenticate": 'Basic realm="oci-store"' } })
    }
    await next()
  }
}

/** Hashes have one length, whatever was sent. */
function fingerprint(text: string): Buffer {
  return createHash("sha256").update(text).digest()
}
