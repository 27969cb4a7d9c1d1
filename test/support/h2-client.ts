/**
 * Requests over HTTP/2, by Node's own client.
 * @module
 */
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from "node:http2"
import { once } from "node:events"
import type { Readable } from "node:stream"

export interface H2Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: Buffer
}

/** @param ca of an https URL, in PEM; over http the protocol is known beforehand */
export async function openSession(url: string, ca?: string): Promise<ClientHttp2Session> {
  const session = connect(url, ca === undefined ? {} : { ca })
  await once(session, "connect")
  return session
}

export async function h2Call(
  session: ClientHttp2Session,
  method: string,
  path: string,
  { headers = {}, body }: { headers?: OutgoingHttpHeaders; body?: Uint8Array | Readable } = {},
): Promise<H2Answer> {
  const stream = session.request(
    { ":method": method, ":path": path, ...headers },
    { endStream: body === undefined },
  )
  const answered = once(stream, "response") as Promise<[Record<string, unknown>]>
  if (body instanceof Uint8Array) stream.end(body)
  else body?.pipe(stream)
  const [head] = await answered
  const chunks: Buffer[] = await stream.toArray()
  return { status: Number(head[":status"]), headers: head, body: Buffer.concat(chunks) }
}
