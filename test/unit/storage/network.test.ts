import { once } from "node:events"
import http from "node:http"
import https from "node:https"
import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import { text } from "node:stream/consumers"
import { afterEach, beforeEach, expect, test } from "vitest"
import { createNetwork } from "../../../src/storage/network.ts"
import { readProxies } from "../../../src/storage/proxies.ts"

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

test("a connection that the server wants to keep for a moment only may take longer for its next answer", async () => {
  let answers = 0
  onRequest = (socket) => {
    answers += 1
    const head = "HTTP/1.1 200 OK\r\nkeep-alive: timeout=2\r\ncontent-length: 2\r\n\r\nok"
    setTimeout(() => socket.write(head), answers === 1 ? 0 : 1500)
  }
  const agent = createNetwork({}, 1, { connecting: 1000, idle: 5000 }).agentFor("http://x")
  expect(await get(agent)).toBe("ok")
  expect(await get(agent)).toBe("ok")
  expect(sockets).toHaveLength(1)
  agent.destroy()
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

test.for(["https", "http"])("a proxy that does not answer is given up, for %s", async (scheme) => {
  onRequest = () => undefined
  const { port } = server.address() as AddressInfo
  const proxies = readProxies({
    HTTPS_PROXY: `http://127.0.0.1:${port}`,
    HTTP_PROXY: `http://127.0.0.1:${port}`,
  })
  using network = createNetwork({ proxies }, 1, { connecting: 50, idle: 50 })
  const url = `${scheme}://store.test/`
  const asked = (scheme === "https" ? https : http).get(url, { agent: network.agentFor(url) })
  await expect(once(asked, "response")).rejects.toMatchObject(
    scheme === "https"
      ? { code: "PROXY_UNREACHABLE", message: expect.stringContaining("it does not answer") }
      : { code: "ETIMEDOUT" },
  )
})

test("what the proxy of a connection said is told in place of what an SDK made of it", async () => {
  onRequest = (socket) => void socket.end("HTTP/1.1 407 Who are you?\r\n\r\n")
  const { port } = server.address() as AddressInfo
  const proxies = readProxies({ HTTPS_PROXY: `http://127.0.0.1:${port}` })
  using network = createNetwork({ proxies }, 1)
  const vague = async () => {
    await once(https.get("https://store.test/", { agent: network.secure }), "response").catch(() => undefined)
    throw new Error("It failed.")
  }
  await expect(network.explaining(vague)).rejects.toThrow(/asks for a user name and password/)
  await expect(network.explaining(() => Promise.reject(new Error("It failed.")))).rejects.toThrow(
    "It failed.",
  )
})
