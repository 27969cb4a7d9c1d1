/**
 * Addresses of servers, as users write them.
 * @module
 */
import { isIP } from "node:net"

/** The endpoint with a scheme: HTTP for this machine and for bare addresses, HTTPS for names. */
export function endpointUrl(endpoint: string | undefined): string | undefined {
  if (!endpoint) return undefined
  if (/^https?:\/\//i.test(endpoint)) return endpoint
  const host = /^\[([^\]]*)\]|^[^:/]*/.exec(endpoint)
  const name = host?.[1] ?? host?.[0] ?? ""
  return `${isLocalOrAddress(name) ? "http" : "https"}://${endpoint}`
}

/** @param host without brackets */
export function isLocalOrAddress(host: string): boolean {
  return host === "localhost" || isIP(host) !== 0
}
