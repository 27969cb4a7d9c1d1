/**
 * A client that costs next to nothing: one connection that asks for the same thing again and again and throws the answer away, so
 * that what is measured is the server.
 * @module
 */
import { once } from "node:events"
import { connect } from "node:net"

export interface LoadOptions {
  readonly address: string
  readonly path: string
  readonly accept: string
  /** Connections, each with one request at a time. */
  readonly clients: number
  readonly milliseconds: number
}

export interface Load {
  readonly requests: number
  readonly bytes: number
  readonly seconds: number
}

const HEAD_END = Buffer.from("\r\n\r\n")

/** @throws Error for any answer but 200 */
export async function load({ clients, milliseconds, ...target }: LoadOptions): Promise<Load> {
  const started = performance.now()
  const until = started + milliseconds
  const done = await Promise.all(Array.from({ length: clients }, () => askUntil(until, target)))
  const sum = (of: (each: Asked) => number): number => done.reduce((total, each) => total + of(each), 0)
  return {
    requests: sum(({ requests }) => requests),
    bytes: sum(({ bytes }) => bytes),
    seconds: (performance.now() - started) / 1000,
  }
}

type Asked = Pick<Load, "requests" | "bytes">

async function askUntil(
  until: number,
  { address, path, accept }: Pick<LoadOptions, "address" | "path" | "accept">,
): Promise<Asked> {
  const [host = "", port] = address.split(":")
  const socket = connect({ host, port: Number(port), noDelay: true })
  await once(socket, "connect")
  const request = `GET ${path} HTTP/1.1\r\nHost: ${address}\r\nAccept: ${accept}\r\n\r\n`
  let requests = 0
  let bytes = 0
  /** Bytes of the body that are still to come; undefined while the head is. */
  let left: number | undefined
  let head: Buffer = Buffer.alloc(0)
  return new Promise((resolve, reject) => {
    const ask = (): void => void socket.write(request)

    function answered(): void {
      requests += 1
      left = undefined
      if (performance.now() < until) return ask()
      socket.destroy()
      resolve({ requests, bytes })
    }

    function onHead(chunk: Buffer): void {
      head = head.length === 0 ? chunk : Buffer.concat([head, chunk])
      const end = head.indexOf(HEAD_END)
      if (end < 0) return
      const text = head.toString("latin1", 0, end)
      const length = /^content-length: *(\d+)/im.exec(text)?.[1]
      if (!text.startsWith("HTTP/1.1 200") || length === undefined) {
        reject(new Error(`${path}: ${text}`))
        socket.destroy()
        return
      }
      const rest = head.length - end - HEAD_END.length
      head = Buffer.alloc(0)
      bytes += rest
      left = Number(length) - rest
      if (left === 0) answered()
    }

    socket.on("data", (chunk: Buffer) => {
      if (left === undefined) return onHead(chunk)
      bytes += chunk.length
      left -= chunk.length
      if (left === 0) answered()
    })
    socket.on("error", reject)
    socket.on("close", () => reject(new Error(`${path}: the server hung up`)))
    ask()
  })
}
