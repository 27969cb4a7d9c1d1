/**
 * Something at a socket that answers a daemon's first questions, and holds one image.
 * @module
 */
import { createServer } from "node:http"
import { join } from "node:path"

export interface TestDaemon extends Disposable {
  /** As in DOCKER_HOST. */
  readonly host: string
  /** Everything that it was asked to do, in contrast to being asked. */
  readonly orders: readonly string[]
}

export interface DaemonOptions {
  /** Part of the reply to `GET /info`. */
  readonly info?: Record<string, unknown>
  /** Its one image, by name; none when left out. */
  readonly image?: string
  /** False for a request that gets no answer. */
  readonly onRequest?: () => boolean
}

/** @param folder where its socket is */
export async function startDaemon(
  folder: string,
  { info = {}, image, onRequest = () => true }: DaemonOptions = {},
): Promise<TestDaemon> {
  const socket = join(folder, "docker.sock")
  const orders: string[] = []
  const replies: Record<string, unknown> = {
    "/version": {
      Version: "27.0.0",
      ApiVersion: "1.46",
      MinAPIVersion: "1.24",
      Os: "linux",
      Arch: "amd64",
    },
    "/info": { OSType: "linux", ...info },
    ...(image !== undefined && {
      [`/images/${image}/json`]: { Id: `sha256:${"1".repeat(64)}`, RepoTags: [image] },
    }),
  }
  const server = createServer(({ method, url = "" }, response) => {
    if (!onRequest()) return
    if (method !== "GET") orders.push(`${method} ${url}`)
    const { pathname } = new URL(url, "http://daemon")
    const reply = replies[pathname.replace(/^\/v1\.\d+/, "")]
    response.writeHead(reply ? 200 : 404, { "content-type": "application/json" })
    response.end(JSON.stringify(reply ?? { message: "no such image" }))
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return {
    host: `unix://${socket}`,
    orders,
    [Symbol.dispose]() {
      server.closeAllConnections()
      server.close()
    },
  }
}
