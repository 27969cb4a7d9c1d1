/**
 * Something at a socket that answers a daemon's first questions, and holds one image or none.
 * @module
 */
import { createServer } from "node:http"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

export interface FakeDaemon extends AsyncDisposable {
  /** As in DOCKER_HOST. */
  readonly address: string
  /** Everything that it was asked to do, in contrast to being asked. */
  readonly orders: readonly string[]
}

export interface FakeDaemonOptions {
  /** What it tells of itself, beside being a Linux engine of version 27. */
  readonly info?: Record<string, unknown>
  /** Its one image, by name. */
  readonly image?: string
  /** False for a request that gets no answer. */
  readonly onRequest?: () => boolean
}

export async function startFakeDaemon({
  info = {},
  image,
  onRequest = () => true,
}: FakeDaemonOptions = {}): Promise<FakeDaemon> {
  const folder = await mkdtemp(join(tmpdir(), "oci-store-daemon-"))
  const socket = join(folder, "docker.sock")
  const orders: string[] = []
  const version = { Version: "27.0.0", ApiVersion: "1.46", MinAPIVersion: "1.24", Os: "linux", Arch: "amd64" }
  const replies: Record<string, unknown> = {
    "/version": version,
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
    address: `unix://${socket}`,
    orders,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}
