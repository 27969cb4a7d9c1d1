/**
 * Cuts a request whose client sends nothing more, or takes nothing more of its answer, however long the whole may last. The time
 * that the store needs does not count.
 * @module
 */
import { HangUpError, type Socket } from "./env.ts"

/** Milliseconds; 0 is no limit. */
export interface Patience {
  /** Without a byte of the request. */
  readonly read: number
  /** Without a byte of the answer taken. */
  readonly write: number
}

export function cutStalled({ incoming, outgoing }: Socket, patience: Patience): void {
  // Both keep Node's timer of inactivity, on the connection or, in HTTP/2, on the stream.
  const timed = "stream" in outgoing ? outgoing.stream : outgoing
  const arm = (): unknown => timed.setTimeout(isReceived(incoming) ? patience.write : patience.read)
  arm()
  incoming.once("end", arm)
  timed.on("timeout", () => {
    const isReading = !isReceived(incoming)
    // What has arrived and is not read yet, or an answer that is still to come, is our own delay.
    const isStalled = isReading ? incoming.readableLength === 0 : outgoing.writableLength > 0
    if (isStalled) {
      const error = new HangUpError(`the client has ${isReading ? "sent" : "taken"} nothing for too long`)
      incoming.destroy(error)
      outgoing.destroy(error)
    } else {
      arm()
    }
  })
}

function isReceived(incoming: Socket["incoming"]): boolean {
  if ("stream" in incoming) return incoming.readableEnded || incoming.stream.endAfterHeaders
  const { "content-length": length = "0", "transfer-encoding": encoding } = incoming.headers
  return incoming.complete || (length === "0" && encoding === undefined)
}
