/**
 * Connections of HTTP clients that read into one buffer, again and again. The parser copies a body's bytes out of what was read: a
 * new buffer for every read, as Node has it, is used once and left to the garbage collector, which is a third of the work of a
 * download.
 * @module
 */
import type { Agent, ClientRequestArgs } from "node:http"
import type { OnReadOpts, Socket } from "node:net"

/** Bytes per read. What is larger fits no cache. */
const SIZE = 64 * 1024

/** Not for connections that are upgraded: who else listens may keep what it hears. */
export function withOneBuffer<A extends Agent>(agent: A): A {
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (options, callback) => {
    const onread: OnReadOpts = {
      buffer: Buffer.allocUnsafeSlow(SIZE),
      callback(bytes, buffer) {
        // As other sockets say it: the parser listens.
        socket.emit("data", buffer.subarray(0, bytes))
        return true
      },
    }
    const readingInto: ClientRequestArgs & { readonly onread: OnReadOpts } = { ...options, onread }
    const socket = connect(readingInto, callback) as Socket
    return socket
  }
  return agent
}
