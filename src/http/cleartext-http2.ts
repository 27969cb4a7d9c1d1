/**
 * HTTP/2 without TLS beside HTTP/1.1 on one port: a connection that begins with the preface of HTTP/2 is one, known beforehand by
 * the client; there is no upgrade of a connection that began otherwise.
 * @see https://www.rfc-editor.org/rfc/rfc9113#section-3.3
 * @module
 */
import type { Http2Server } from "node:http2"
import type { Server, Socket } from "node:net"

/** What no request of HTTP/1.1 begins with: its first three bytes tell it from POST, PUT, PATCH and PROPFIND. */
const PREFACE = Buffer.from("PRI", "latin1")

/**
 * @param server of HTTP/1.1, which keeps listening, with its own timeouts, for what is HTTP/1.1
 * @param patience milliseconds for a client to send its first bytes
 */
export function alsoHttp2(server: Server, http2: Http2Server, patience: number): void {
  const http1 = server.listeners("connection")
  server.removeAllListeners("connection")
  server.on("connection", (socket: Socket) => {
    let start = Buffer.alloc(0)
    const giveUp = (): void => void socket.destroy()
    socket.setTimeout(patience, giveUp)
    socket.on("error", giveUp).on("end", giveUp).on("readable", onReadable)

    function onReadable(): void {
      const chunk = socket.read() as Buffer | null
      if (chunk === null) return
      start = Buffer.concat([start, chunk])
      const length = Math.min(start.length, PREFACE.length)
      const mayBeHttp2 = start.subarray(0, length).equals(PREFACE.subarray(0, length))
      // Undecided: the rest comes with the next packet.
      if (mayBeHttp2 && length < PREFACE.length) return
      socket.setTimeout(0, giveUp)
      socket.off("error", giveUp).off("end", giveUp).off("readable", onReadable)
      socket.unshift(start)
      if (mayBeHttp2) http2.emit("connection", socket)
      else for (const listener of http1) listener.call(server, socket)
    }
  })
}
