/**
 * Connections that are given up when nothing comes of them: the SDK would wait for ever.
 * @module
 */
import http from "node:http"
import https from "node:https"
import type { Duplex } from "node:stream"

/** Milliseconds. */
interface Patience {
  /** For a connection to come about. */
  readonly connecting: number
  /** Without a byte in either direction. A whole request may take as long as it likes. */
  readonly idle: number
}

const PATIENCE: Patience = { connecting: 10_000, idle: 120_000 }

/**
 * No cap on sockets: what waits for an answer is limited before it gets here, and a body that its reader has paused must not
 * keep an upload from getting a connection.
 * @param idle connections to keep
 */
export function createAgent(url: string, idle: number, patience = PATIENCE): http.Agent {
  const options = { keepAlive: true, maxFreeSockets: idle, timeout: patience.idle }
  const agent = url.startsWith("https:") ? new https.Agent(options) : new http.Agent(options)
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (...args) => giveUpOnSilence(connect(...args), patience.connecting)
  return agent
}

/** Sockets only tell of a timeout: someone has to act on it. */
function giveUpOnSilence<S extends Duplex | null | undefined>(socket: S, timeout: number): S {
  if (!socket) return socket
  const giveUp = () =>
    socket.destroy(Object.assign(new Error("The server is silent."), { code: "ETIMEDOUT" }))
  socket.once("timeout", giveUp)
  const connecting = setTimeout(giveUp, timeout)
  for (const event of ["connect", "close"]) socket.once(event, () => clearTimeout(connecting))
  return socket
}
