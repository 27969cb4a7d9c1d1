/**
 * A distant server: a TCP proxy that delays what passes and lets no connection have more than its rate, the same for whoever
 * connects. What is on its way is bounded as by a real connection's window, so senders feel the rate.
 * @module
 */
import { once } from "node:events"
import { type AddressInfo, connect, createServer, type Socket } from "node:net"

export interface LinkOptions {
  /** Milliseconds there and back. */
  readonly roundTrip: number
  /** Bytes a second that one connection gets in each direction. */
  readonly perConnection?: number
  /** Bytes a second that all connections together get in each direction. */
  readonly overall?: number
}

export interface ShapedLink extends AsyncDisposable {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string
}

export async function startShapedLink(target: string, options: LinkOptions): Promise<ShapedLink> {
  const { hostname, port } = new URL(target)
  const up = lane(options.overall)
  const down = lane(options.overall)
  const open = new Set<Socket>()
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host: hostname, port: Number(port), noDelay: true })
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.once("close", () => open.delete(socket))
      socket.on("error", () => {
        client.destroy()
        upstream.destroy()
      })
    }
    carry(client, upstream, [lane(options.perConnection), up], options.roundTrip / 2)
    carry(upstream, client, [lane(options.perConnection), down], options.roundTrip / 2)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

/** Says when bytes have passed that come now, one after the other. */
type Lane = (bytes: number) => number

function lane(rate = Infinity): Lane {
  let free = 0
  return (bytes) => {
    free = Math.max(free, performance.now()) + (bytes / rate) * 1000
    return free
  }
}

/** Bytes on their way in one direction of a connection: what a rate of 25 MB/s has in flight in 40 ms, and a buffer beside. */
const WINDOW = 2 * 1024 * 1024

function carry(from: Socket, to: Socket, lanes: readonly Lane[], delay: number): void {
  const queue: { readonly chunk: Buffer; readonly due: number }[] = []
  let inFlight = 0
  let timer: NodeJS.Timeout | undefined
  let isOver = false

  function deliver(): void {
    timer = undefined
    const now = performance.now()
    for (let next = queue[0]; next && next.due <= now; next = queue[0]) {
      queue.shift()
      inFlight -= next.chunk.length
      to.write(next.chunk)
    }
    if (inFlight < WINDOW) from.resume()
    const [next] = queue
    if (next) timer = setTimeout(deliver, Math.max(0, next.due - performance.now()))
    else if (isOver) to.end()
  }

  from.on("data", (chunk: Buffer) => {
    const due = Math.max(...lanes.map((passed) => passed(chunk.length))) + delay
    queue.push({ chunk, due })
    inFlight += chunk.length
    if (inFlight >= WINDOW) from.pause()
    timer ??= setTimeout(deliver, Math.max(0, due - performance.now()))
  })
  // Whatever is on its way arrives first.
  const end = (): void => {
    isOver = true
    timer ??= setTimeout(deliver, delay)
  }
  from.once("end", end)
  from.once("close", end)
}
