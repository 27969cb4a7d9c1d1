import { once } from "node:events"
import http from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, expect, it } from "vitest"
import { keepMetadataDirect } from "../../../src/cli/direct.ts"

const { globalAgent } = http
afterEach(() => {
  http.globalAgent = globalAgent
})

const changed = (env: Record<string, string | undefined>) => {
  keepMetadataDirect(env)
  return env
}

it("adds the metadata server to what no proxy is asked for", () => {
  const list = "example.com,metadata.google.internal,169.254.169.254"
  expect(changed({ https_proxy: "http://p", NO_PROXY: "example.com" })).toMatchObject({
    NO_PROXY: list,
    no_proxy: list,
  })
  expect(changed({ HTTP_PROXY: "http://p", no_proxy: "example.com" })).toMatchObject({ NO_PROXY: list })
})

it("adds the server that stands in for it", () => {
  const env = changed({ HTTPS_PROXY: "http://p", GCE_METADATA_HOST: "10.0.0.1:8080" })
  expect(env["NO_PROXY"]).toBe("metadata.google.internal,169.254.169.254,10.0.0.1")
})

it("changes nothing where there is no proxy", () => {
  expect(changed({ NO_PROXY: "example.com" })).toEqual({ NO_PROXY: "example.com" })
})

it("takes back what Node has been told to send through a proxy, with NODE_USE_ENV_PROXY", async () => {
  const server = http.createServer((_, response) => response.end("direct")).listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  const restore = http.setGlobalProxyFromEnv({ http_proxy: "http://127.0.0.1:9" })
  const ask = () => once(http.get(`http://127.0.0.1:${port}`), "response")
  await expect(ask()).rejects.toThrow("ECONNREFUSED")
  keepMetadataDirect({ HTTP_PROXY: "http://127.0.0.1:9" })
  const [answer] = await ask()
  expect(String(await answer.toArray())).toBe("direct")
  restore()
  server.closeAllConnections()
  server.close()
})
