/**
 * Agents whose connections are given up when nothing comes of them: Node and the SDKs would wait for ever.
 * @module
 */
import { once } from "node:events"
import type { Agent, ClientRequestArgs } from "node:http"
import { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { callbackify } from "node:util"

/** Milliseconds. */
export interface Patience {
  /** For a connection to come about, through a proxy or not. */
  readonly connecting: number
  /** Without a byte in either direction. A whole request may take as long as it likes. */
  readonly idle: number
}

export interface Dialling extends Patience {
  /** Told why a connection did not come about. */
  readonly onFailure: (error: unknown) => void
}

/** Rejects when there is no connection to be had, and when the signal is aborted. */
export type Dial = (options: ClientRequestArgs, signal: AbortSignal) => Promise<Duplex>

/** Has the agent give a connection to a request only once it stands: then its errors can be told apart, and explained. */
export function dialWith<A extends Agent>(
  agent: A,
  dial: Dial,
  { connecting, idle, onFailure }: Dialling,
): A {
  const ended = new AbortController()
  const connect = callbackify(async (options: ClientRequestArgs) => {
    const socket = await dial(options, AbortSignal.any([ended.signal, AbortSignal.timeout(connecting)]))
    return giveUpOnSilence(socket as Socket, idle)
  })
  agent.createConnection = (options, callback) => {
    connect(options, (error, socket) => {
      if (error) onFailure(error)
      callback?.(error, socket)
    })
    return undefined
  }
  const reuse = agent.reuseSocket.bind(agent)
  agent.reuseSocket = (socket, request) => {
    reuse(socket, request)
    // Node leaves the limit that an idle connection has, which the server may have named: a few seconds.
    if (socket instanceof Socket) socket.setTimeout(idle)
  }
  const destroy = agent.destroy.bind(agent)
  agent.destroy = () => {
    ended.abort()
    destroy()
  }
  return agent
}

/** Waits until a connection stands. */
export async function standing<S extends Duplex>(
  socket: S,
  event: "connect" | "secureConnect",
  signal: AbortSignal,
): Promise<S> {
  try {
    await once(socket, event, { signal })
    return socket
  } catch (error) {
    socket.destroy()
    throw signal.aborted ? silence(error) : error
  }
}

/** As Node calls it when it is the system that gives up. */
function silence(cause?: unknown): Error {
  return Object.assign(new Error("The server is silent.", { cause }), { code: "ETIMEDOUT" })
}

/** Sockets only tell of a timeout: someone has to act on it. */
function giveUpOnSilence(socket: Socket, timeout: number): Socket {
  return socket.setTimeout(timeout).once("timeout", () => socket.destroy(silence()))
}
