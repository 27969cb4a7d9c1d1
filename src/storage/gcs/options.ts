/**
 * What one store is: a bucket, where it is, and who asks.
 * @module
 */
import type { NetworkSettings } from "../network.ts"

export interface GcsDriverOptions {
  readonly bucket: string
  /** For the SDK. No request for an object needs one. */
  readonly projectId?: string | undefined
  /** File of a service account's key or an external account's configuration. Left out: application default credentials. */
  readonly keyfile?: string | undefined
  /** A service account's key, as it would stand in such a file. */
  readonly credentials?: object | undefined
  /** URL of another server, an emulator for instance, with or without scheme. Left out: Google. */
  readonly endpoint?: string | undefined
  /** Start of all keys, as a stock registry's `rootdirectory`. */
  readonly rootDir?: string | undefined
  /** Signs in nowhere, for public buckets. */
  readonly anonymous?: boolean | undefined
  /** Bytes of a chunk of a large object, in whole multiples of 256 KiB. Defaults to 15 MiB. */
  readonly partSize?: number | undefined
  /** The User-Agent header. Defaults to the program's name. */
  readonly userAgent?: string | undefined
  /** Left out: no proxies, and the authorities that Node knows. */
  readonly network?: NetworkSettings | undefined
  /**
   * Whether an upload session may be asked how far it got. Defaults to true at Google. fake-gcs-server takes the question for the
   * upload's end; there a chunk that failed is sent again unasked.
   */
  readonly sessionQueries?: boolean | undefined
}

const GOOGLE = "https://storage.googleapis.com"

/**
 * The server's origin. Without scheme it is HTTP, as Google's own libraries read STORAGE_EMULATOR_HOST, unless it is Google's; the
 * path of the API, which some add, is not part of it.
 */
export function endpointUrl(endpoint: string | undefined): string {
  if (!endpoint) return GOOGLE
  const bare = endpoint.replace(/\/+$/, "").replace(/\/storage\/v1$/, "")
  if (/^https?:\/\//i.test(bare)) return bare
  const isGoogles = /^[a-z0-9.-]+\.googleapis\.com(?::\d+)?$/i.test(bare)
  return `${isGoogles ? "https" : "http"}://${bare}`
}

export function isGoogle(url: string): boolean {
  return /^https:\/\/(?:[a-z0-9-]+\.)*googleapis\.com(?::\d+)?$/i.test(url)
}

/** A token of Google's goes to Google alone, unless a key was named for another server; and never unencrypted. */
export function needsSignIn({ anonymous, endpoint, keyfile, credentials }: GcsDriverOptions): boolean {
  const url = endpointUrl(endpoint)
  return !anonymous && (isGoogle(url) || ((keyfile ?? credentials) !== undefined && /^https:/i.test(url)))
}

/** Maps a driver's key to an object's name as Distribution does, so that both read each other's stores. */
export function objectName(rootDir: string | undefined, key: string): string {
  const root = (rootDir ?? "").replace(/^\/+|\/+$/g, "")
  return root === "" ? key : `${root}/${key}`
}
