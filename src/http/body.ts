/**
 * Bodies in and out. Behind a socket they are Node's own streams, which move a blob in about three quarters of the time of web
 * streams; without one (`app.request()`) they are web streams.
 * @module
 */
import { Readable, type Writable } from "node:stream"
import type { HttpBindings } from "@hono/node-server"
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response"
import { copied, givingBack } from "../chunks.ts"
import { RegistryError } from "../oci/errors.ts"
import type { Body } from "../storage/driver.ts"
import { type AppContext, HangUpError, type Socket, socketOf, type Traffic } from "./env.ts"

/** By this header old clients know a registry of the second version. */
export const API_VERSION = { "docker-distribution-api-version": "registry/2.0" } as const

/** A body for whoever takes no more than one chunk at a time: each is good until the next one is asked for. */
export function requestBody(c: AppContext): AsyncIterable<Uint8Array> {
  const body = bodyOf(c)
  return socketOf(c).incoming ? givingBack(body) : body
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

/** Sends a body of known length. One that fails breaks the connection: the client must not take it for complete. */
export async function sendBody(
  c: AppContext,
  status: 200 | 206,
  headers: Record<string, string>,
  body: Body,
): Promise<Response> {
  const { outgoing } = socketOf(c)
  if (!outgoing) return c.body(ReadableStream.from(copied(body)), status, headers)
  // Not a look at `c.res`: Hono would then make the answer below a copy, which is no longer known to be sent already.
  // Both versions' responses have this method, with types too different for a union of them.
  ;(outgoing as HttpBindings["outgoing"]).writeHead(status, { ...API_VERSION, ...headers })
  await pour(body, "stream" in outgoing ? outgoing.stream : outgoing, c.get("traffic"))
  return RESPONSE_ALREADY_SENT
}

/**
 * Chunk by chunk: each is out of our hands before the next one is asked for.
 * @throws HangUpError; whatever the body throws, and then the connection is broken
 */
async function pour(body: Body, sink: Writable, traffic: Traffic = { received: 0, sent: 0 }): Promise<void> {
  let hangUp: ((cause?: Error) => void) | undefined
  sink.once("close", () => hangUp?.())

  function handed(hand: (done: (error?: Error | null) => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      hangUp = (cause) => reject(cause instanceof HangUpError ? cause : new HangUpError(undefined, { cause }))
      if (sink.destroyed) hangUp()
      else hand((error) => (error ? hangUp?.(error) : resolve()))
    })
  }

  try {
    for await (const chunk of body) {
      traffic.sent += chunk.byteLength
      await handed((done) => sink.write(chunk, done))
    }
    await handed((done) => sink.end(done))
  } catch (error) {
    body.destroy()
    sink.destroy(error as Error)
    throw error
  }
}
