/**
 * URLs by which anybody reads an object, signed with the key of a service account.
 * @see https://cloud.google.com/storage/docs/authentication/canonical-requests
 * @module
 */
import { createHash, sign } from "node:crypto"
import type { PresignOptions } from "../driver.ts"
import type { GcsBucket } from "./bucket.ts"
import { endpointUrl } from "./options.ts"
import type { SigningKey } from "./sign-in.ts"

const ALGORITHM = "GOOG4-RSA-SHA256"

/** Undefined for users, and for accounts whose key Google keeps to itself. */
export async function presignedUrl(
  bucket: GcsBucket,
  key: string,
  { lifetime, endpoint }: PresignOptions,
): Promise<URL | undefined> {
  const signingKey = await bucket.signIn.signingKey().catch((error: unknown) => {
    throw bucket.describe(error, { key })
  })
  if (!signingKey) return undefined
  const server = endpoint === undefined ? bucket.endpoint : endpointUrl(endpoint)
  const path = [bucket.name, ...bucket.nameOf(key).split("/")].map(encode).join("/")
  return signedUrl(new URL(`${server}/${path}`), signingKey, lifetime)
}

/** @param lifetime milliseconds */
function signedUrl(url: URL, { email, key }: SigningKey, lifetime: number): URL {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, "")
  const scope = `${time.slice(0, 8)}/auto/storage/goog4_request`
  const query = Object.entries({
    "X-Goog-Algorithm": ALGORITHM,
    "X-Goog-Credential": `${email}/${scope}`,
    "X-Goog-Date": time,
    "X-Goog-Expires": String(Math.floor(lifetime / 1000)),
    "X-Goog-SignedHeaders": "host",
  })
    .map(([name, value]) => `${name}=${encode(value)}`)
    .join("&")
  const request = ["GET", url.pathname, query, `host:${url.host}`, "", "host", "UNSIGNED-PAYLOAD"]
  const hash = createHash("sha256").update(request.join("\n")).digest("hex")
  const text = [ALGORITHM, time, scope, hash].join("\n")
  const signature = sign("sha256", Buffer.from(text), key).toString("hex")
  url.search = `?${query}&X-Goog-Signature=${signature}`
  return url
}

/** By RFC 3986, as Google puts the same together: `encodeURIComponent` leaves out five. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
