import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { Agent, createServer, get, type IncomingMessage } from "node:http"
import type { AddressInfo } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, expect, it } from "vitest"
import { withOneBuffer } from "../../src/one-buffer.ts"
import { collect, MiB } from "../support/bytes.ts"

const BYTES = randomBytes(3 * MiB + 5)

const server = createServer((request, response) => {
  if (request.url === "/") return response.end(BYTES)
  response.writeHead(200, { "content-length": BYTES.length })
  return response.write(BYTES.subarray(MiB), () => response.destroy())
})
let connections = 0
server.on("connection", () => (connections += 1))
const agent = withOneBuffer(new Agent({ keepAlive: true, maxSockets: 1 }))

beforeAll(async () => {
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
})
afterAll(() => {
  agent.destroy()
  server.close()
})

async function ask(path = "/"): Promise<IncomingMessage> {
  const { port } = server.address() as AddressInfo
  const request = get({ host: "127.0.0.1", port, path, agent })
  const [answer] = (await once(request, "response")) as [IncomingMessage]
  return answer
}

it("gives whole bodies over one connection", async () => {
  for (let time = 0; time < 3; time += 1) expect((await collect(await ask())).equals(BYTES)).toBe(true)
  expect(connections).toBe(1)
})

it("keeps what was read until a slow reader asks for it", async () => {
  const kept: Uint8Array[] = []
  for await (const chunk of await ask()) {
    kept.push(chunk as Uint8Array)
    if (kept.length % 10 === 1) await sleep(20)
  }
  expect(Buffer.concat(kept).equals(BYTES)).toBe(true)
})

it("tells of a connection that breaks", async () => {
  await expect(collect(await ask("/broken"))).rejects.toThrow("aborted")
})
