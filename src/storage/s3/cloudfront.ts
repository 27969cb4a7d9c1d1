/**
 * Signed URLs of a CloudFront distribution in front of the bucket.
 * @see https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-creating-signed-url-canned-policy.html
 * @module
 */
import { createPrivateKey, type KeyObject, sign } from "node:crypto"

export interface CloudFront {
  /** Of the distribution: scheme, host and, if its origin has one, a path. */
  readonly baseUrl: string
  /** Of the public key that the distribution trusts. */
  readonly keyPairId: string
  readonly privateKey: KeyObject
  /** Milliseconds for which a URL may be used. */
  readonly lifetime: number
}

/** What CloudFront's documentation, and a stock registry, sign with, by SHA-1. */
const KEY_TYPE = "rsa"

/** Undefined for what is no RSA private key. */
export function readPrivateKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem)
    return key.asymmetricKeyType === KEY_TYPE ? key : undefined
  } catch {
    return undefined
  }
}

/**
 * The URL of an object, signed for its canned policy: until then, from anywhere.
 * @param name of the object in the bucket
 * @param now milliseconds since 1970
 */
export function signedUrl(cloudFront: CloudFront, name: string, now = Date.now()): URL {
  const { baseUrl, keyPairId, privateKey, lifetime } = cloudFront
  const path = name.split("/").map(encodeURIComponent).join("/")
  const url = new URL(`${baseUrl.replace(/\/+$/, "")}/${path}`)
  const expires = Math.floor((now + lifetime) / 1000)
  const signature = urlSafe(sign("sha1", Buffer.from(cannedPolicy(url.href, expires)), privateKey))
  url.search = `?Expires=${expires}&Signature=${signature}&Key-Pair-Id=${encodeURIComponent(keyPairId)}`
  return url
}

/** CloudFront puts the same together from the URL, so it must not have a blank more. */
function cannedPolicy(resource: string, expires: number): string {
  const Condition = { DateLessThan: { "AWS:EpochTime": expires } }
  return JSON.stringify({ Statement: [{ Resource: resource, Condition }] })
}

/** CloudFront's own way to put base64 into a URL. */
function urlSafe(bytes: Buffer): string {
  const letters: Readonly<Record<string, string>> = { "+": "-", "=": "_", "/": "~" }
  return bytes.toString("base64").replaceAll(/[+=/]/g, (letter) => letters[letter] ?? "")
}
