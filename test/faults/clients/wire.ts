/**
 * HTTP as no library would write it.
 * @module
 */
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

/** Milliseconds without another byte after which an answer counts as complete. */
const QUIET = 1000

export interface Said {
  readonly text: string
  /** Status of every answer on the connection, in order. */
  readonly statuses: readonly number[]
  /** The server has closed the connection. */
  readonly isClosed: boolean
}

export async function open(address: string): Promise<Socket> {
  const [host = "", port = ""] = address.split(":")
  const socket = connect(Number(port), host)
  socket.on("error", () => undefined) // a server may hang up on what it is told here
  await once(socket, "connect")
  return socket
}

/** Writes, and waits where the other side does not keep up. */
export async function write(socket: Socket, bytes: string | Uint8Array): Promise<void> {
  if (socket.destroyed || socket.write(bytes)) return
  const done = new AbortController()
  const waits = ["drain", "close"].map((event) => once(socket, event, { signal: done.signal }))
  await Promise.race(waits)
  done.abort()
  await Promise.allSettled(waits)
}

/** Writes all of it, and gives what comes back. */
export async function say(address: string, ...parts: readonly (string | Uint8Array)[]): Promise<Said> {
  const socket = await open(address)
  let text = ""
  let last = performance.now()
  let isClosed = false
  socket.setEncoding("latin1").on("data", (chunk: string) => {
    text += chunk
    last = performance.now()
  })
  socket.once("close", () => {
    isClosed = true
  })
  for (const part of parts) if (socket.writable) socket.write(part)
  const isQuiet = (): boolean => isClosed || performance.now() - last > QUIET
  while (!isQuiet()) await sleep(20)
  socket.destroy()
  const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status))
  return { text, statuses, isClosed }
}

/** The head of a request; what it says must be complete. */
export function head(method: string, path: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ host: "127.0.0.1", ...headers }).map(([name, value]) => `${name}: ${value}`)
  return `${[`${method} ${path} HTTP/1.1`, ...lines].join("\r\n")}\r\n\r\n`
}
