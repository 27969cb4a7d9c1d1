/**
 * Bodies in and out. Behind a socket they are Node's own streams, which move a blob in about three quarters of the time of web
 * streams; without one (`app.request()`) they are web streams.
 * @module
 */
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { ReadableStream } from "node:stream/web"
import type { HttpBindings } from "@hono/node-server"
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response"
import { RegistryError } from "../oci/errors.ts"
import { type AppContext, HangUpError, type Socket, socketOf, type Traffic } from "./env.ts"

/** By this header old clients know a registry of the second version. */
export const API_VERSION = { "docker-distribution-api-version": "registry/2.0" } as const

/** A body for whoever takes no more than one chunk at a time: each is good until the next one is asked for. */
export function requestBody(c: AppContext): AsyncIterable<Uint8Array> {
  const body = bodyOf(c)
  return socketOf(c).incoming ? givingBack(body) : body
}

/**
 * Gives a chunk's memory back as soon as it has been used. The garbage collector would let some 60 MB of them gather first: it is
 * called for objects, and a chunk is a small one.
 */
async function* givingBack(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    const { buffer, byteLength } = chunk
    yield chunk
    // A smaller one may be a part of what others still use.
    if (byteLength === buffer.byteLength && buffer instanceof ArrayBuffer) buffer.transfer(0)
  }
}

function bodyOf(c: AppContext): AsyncIterable<Uint8Array> {
  const { incoming } = socketOf(c)
  const traffic = c.get("traffic")
  if (!incoming) return (c.req.raw.body as ReadableStream<Uint8Array> | null) ?? Readable.from([])
  // Whoever stops reading half-way refuses the body, and has yet to say so: the connection is needed for that.
  const body: AsyncIterable<Uint8Array> = incoming.iterator({ destroyOnReturn: false })
  return traffic || "stream" in incoming ? watched(incoming, body, traffic) : body
}

/**
 * Counts, and fails where a body breaks off: over HTTP/2, Node may end it then as if it were complete.
 * @throws HangUpError
 */
async function* watched(
  incoming: Socket["incoming"],
  body: AsyncIterable<Uint8Array>,
  traffic: Traffic = { received: 0, sent: 0 },
): AsyncIterable<Uint8Array> {
  try {
    for await (const chunk of body) {
      traffic.received += chunk.length
      yield chunk
    }
  } catch (cause) {
    throw cause instanceof HangUpError ? cause : new HangUpError(undefined, { cause })
  }
  if (incoming.aborted) throw new HangUpError()
}

/**
 * Reads a body into memory.
 * @param limit bytes
 * @throws RegistryError MANIFEST_INVALID with status 413
 */
export async function readBody(c: AppContext, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bodyOf(c)) {
    size += chunk.length
    if (size > limit) {
      throw new RegistryError("MANIFEST_INVALID", {
        status: 413,
        message: `a manifest has at most ${limit} bytes`,
      })
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Sends a stream of known length. A stream that fails breaks the connection: the client must not take it for complete. */
export async function sendStream(
  c: AppContext,
  status: 200 | 206,
  headers: Record<string, string>,
  body: Readable,
): Promise<Response> {
  const { outgoing } = socketOf(c)
  if (!outgoing) return c.body(Readable.toWeb(body) as globalThis.ReadableStream, status, headers)
  // Not a look at `c.res`: Hono would then make the answer below a copy, which is no longer known to be sent already.
  // Both versions' responses have this method, with types too different for a union of them.
  ;(outgoing as HttpBindings["outgoing"]).writeHead(status, { ...API_VERSION, ...headers })
  const traffic = c.get("traffic")
  if (traffic) body.on("data", (chunk: Uint8Array) => (traffic.sent += chunk.length))
  // `pipeline` destroys both ends when one fails; the failure itself goes to whoever watches the app's errors.
  try {
    await pipeline(body, "stream" in outgoing ? outgoing.stream : outgoing)
  } catch (cause) {
    const isClient = cause instanceof Error && "code" in cause && cause.code === "ERR_STREAM_PREMATURE_CLOSE"
    throw isClient ? new HangUpError(undefined, { cause }) : cause
  }
  return RESPONSE_ALREADY_SENT
}
