import { once } from "node:events"
import http from "node:http"
import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import { text } from "node:stream/consumers"
import { afterEach, beforeEach, expect, test } from "vitest"
import { createNetwork } from "../../../src/storage/network.ts"

let server: Server
let sockets: Socket[]
let onRequest: (socket: Socket) => void

beforeEach(async () => {
  sockets = []
  server = createServer((socket) => {
    sockets.push(socket.on("data", () => onRequest(socket)))
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
})
afterEach(() => {
  for (const socket of sockets) socket.destroy()
  server.close()
})

const get = async (agent: http.Agent) => {
  const { port } = server.address() as AddressInfo
  const [response] = await once(http.get({ agent, port, host: "127.0.0.1" }), "response")
  return text(response)
}

test("a server that does not answer is given up", async () => {
  onRequest = () => undefined
  const agent = createNetwork({}, 1, { connecting: 1000, idle: 50 }).agentFor("http://x")
  await expect(get(agent)).rejects.toMatchObject({ code: "ETIMEDOUT" })
})

test("a connection is used again, and may take longer than it took to come about", async () => {
  onRequest = (socket) =>
    void setTimeout(() => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"), 60)
  const agent = createNetwork({}, 1, { connecting: 30, idle: 5000 }).agentFor("http://x")
  expect(await get(agent)).toBe("ok")
  expect(await get(agent)).toBe("ok")
  expect(sockets).toHaveLength(1)
  agent.destroy()
})
