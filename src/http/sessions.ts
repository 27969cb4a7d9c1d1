/**
 * Sessions of HTTP/2: one connection with many requests at once.
 * @module
 */
import type { SecureServerOptions, ServerHttp2Session } from "node:http2"

/** Bytes that a client may have under way: the protocol's 64 KiB would make a distant one wait for us after each of them. */
const STREAM_WINDOW = 2 ** 20
const SESSION_WINDOW = 8 * 2 ** 20

export const SESSION_OPTIONS: SecureServerOptions = {
  settings: { initialWindowSize: STREAM_WINDOW, maxConcurrentStreams: 100 },
  handshakeTimeout: 30_000,
}

/** @param idle milliseconds without a request after which the session ends */
export function watchSession(session: ServerHttp2Session, idle: number): void {
  session.setLocalWindowSize(SESSION_WINDOW)
  let open = 0
  const arm = (): void => session.setTimeout(open === 0 ? idle : 0)
  arm()
  session.on("stream", (stream) => {
    open++
    arm()
    stream.once("close", () => {
      open--
      if (!session.destroyed) arm()
    })
  })
  session.on("timeout", () => session.close())
}

/** Tells the clients to go; streams that are open go on to their end. */
export function closeSessions(sessions: Iterable<ServerHttp2Session>): void {
  for (const session of sessions) if (!session.closed) session.close()
}
