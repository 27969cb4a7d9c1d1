/**
 * Connections that fail for a reason that has a way out: a proxy, or a certificate.
 * @module
 */
import type { Proxy } from "./proxies.ts"

/** Shaped as Node's own, because the SDKs keep no more of an error than its code and message. */
export type NetworkErrorCode = "PROXY_UNREACHABLE" | "PROXY_REFUSED" | "CERTIFICATE_REFUSED"

const CODES: readonly string[] = [
  "PROXY_UNREACHABLE",
  "PROXY_REFUSED",
  "CERTIFICATE_REFUSED",
] satisfies readonly NetworkErrorCode[]

/** The message is a whole sentence that says what to do. */
export class NetworkError extends Error {
  override readonly name = "NetworkError"
  readonly code: NetworkErrorCode

  constructor(code: NetworkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The sentence of such an error, also when an SDK has put it into one of its own. */
export function networkSentence(code: string | undefined, message: string | undefined): string | undefined {
  return CODES.includes(code ?? "") ? message : undefined
}

export function unreachableProxy({ address, variable }: Proxy, host: string, cause: unknown): NetworkError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown"
  const reason = /^(?:ABORT_ERR|ETIMEDOUT)$/.test(code) ? "it does not answer" : code
  return new NetworkError(
    "PROXY_UNREACHABLE",
    `The proxy ${address} (from ${variable}) cannot be reached: ${reason}. Correct ${variable}, or name ${host} in NO_PROXY to go without it.`,
    { cause },
  )
}

/** What a proxy answers in place of the server. */
export function refusalOfProxy(proxy: Proxy, status: number, target: string): NetworkError {
  const { address, variable, authorization } = proxy
  if (status === 407) {
    const what = authorization
      ? "does not accept the user name and password in it"
      : "asks for a user name and password"
    return new NetworkError(
      "PROXY_REFUSED",
      `The proxy ${address} (from ${variable}) ${what}: set ${variable} to http://USER:PASSWORD@HOST:PORT, special characters percent-encoded.`,
    )
  }
  // The proxy itself is well, and what is behind it may be so in a moment.
  const isPassing = status >= 500
  return new NetworkError(
    isPassing ? "PROXY_UNREACHABLE" : "PROXY_REFUSED",
    isPassing
      ? `The proxy ${address} (from ${variable}) cannot reach ${target} (status ${status}). Check the endpoint, or name ${hostOf(target)} in NO_PROXY to go without the proxy.`
      : `The proxy ${address} (from ${variable}) does not let through to ${target} (status ${status}): have it allowed there, or name ${hostOf(target)} in NO_PROXY to go without the proxy.`,
  )
}

function hostOf(target: string): string {
  return target.replace(/:\d+$/, "")
}
