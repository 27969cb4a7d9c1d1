/**
 * Something at a socket that answers a daemon's first questions; to any other it answers that there is no such thing.
 * @module
 */
import { createServer } from "node:http"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"

export interface FakeDaemon extends AsyncDisposable {
  /** As in DOCKER_HOST. */
  readonly address: string
}

/**
 * @param info what it tells of itself, beside being a Linux engine of version 27
 * @param onRequest false to leave the request without an answer
 */
export async function startFakeDaemon(
  info: Record<string, unknown> = {},
  onRequest = () => true,
): Promise<FakeDaemon> {
  const folder = await mkdtemp(join(tmpdir(), "oci-store-daemon-"))
  const socket = join(folder, "docker.sock")
  const replies: Record<string, unknown> = {
    version: { Version: "27.0.0", ApiVersion: "1.46", MinAPIVersion: "1.24", Os: "linux", Arch: "amd64" },
    info: { OSType: "linux", ...info },
  }
  const server = createServer((request, response) => {
    if (!onRequest()) return
    const { pathname } = new URL(request.url ?? "", "http://daemon")
    const reply = replies[pathname.replace(/^.*\//, "")]
    response.writeHead(reply ? 200 : 404, { "content-type": "application/json" })
    response.end(JSON.stringify(reply ?? { message: "no such image" }))
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return {
    address: `unix://${socket}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await rm(folder, { recursive: true })
    },
  }
}
