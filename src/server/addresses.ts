/**
 * Where a server listens.
 * @module
 */
import { isIPv6 } from "node:net"
import type { WebServer } from "../http/web-server.ts"
import { ListenError } from "./errors.ts"

/** `localhost` is both: which one a client tries first is its own choice. */
const LOCALHOST = ["127.0.0.1", "::1"] as const

/**
 * Accepts connections when it returns.
 * @returns hosts and ports, as they stand in a URL
 * @throws ListenError
 */
export async function listenOn(server: WebServer, address: string, port: number): Promise<readonly string[]> {
  if (address.toLowerCase() !== "localhost") return [urlHost(address, await bind(server, address, port))]
  const [first, second] = LOCALHOST
  const bound = await bind(server, first, port)
  try {
    await server.listen(bound, second)
  } catch (error) {
    // A machine without IPv6; or a port that was free by chance on one side only.
    if (port !== 0 && !/^(?:EADDRNOTAVAIL|EAFNOSUPPORT)$/.test(codeOf(error)))
      throw listenError(error, second, port)
    return [urlHost(first, bound)]
  }
  return [urlHost(first, bound), urlHost(second, bound)]
}

async function bind(server: WebServer, address: string, port: number): Promise<number> {
  try {
    return await server.listen(port, unbracketed(address))
  } catch (error) {
    throw listenError(error, address, port)
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program listens there; --listen or server.port names another port",
  EACCES: "it is not allowed to; ports below 1024 often need privileges",
  EADDRNOTAVAIL: "this machine has no such address",
  ENOTFOUND: "there is no such address",
  EAI_AGAIN: "the name cannot be resolved",
}

function listenError(cause: unknown, address: string, port: number): ListenError {
  const reason = REASONS[codeOf(cause)] ?? (cause instanceof Error ? cause.message : String(cause))
  return new ListenError(`The server cannot listen on ${urlHost(address, port)}: ${reason}`, { cause })
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : ""
}

function urlHost(address: string, port: number): string {
  return `${isIPv6(address) ? `[${address}]` : address}:${port}`
}

function unbracketed(address: string): string {
  return address.replace(/^\[(.*)\]$/, "$1")
}
