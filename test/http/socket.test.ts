/**
 * What only a real socket shows: where one answer ends and the next begins, bodies that break off, connections that are cut.
 */
import { Agent, request } from "node:http"
import { Readable } from "node:stream"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createApp } from "../../src/http/app.ts"
import { listen, type Listening } from "../../src/http/listen.ts"
import { digestOf } from "../../src/oci/digest.ts"
import { blobData } from "../../src/registry/layout.ts"
import { createTestRegistry, pushBlob, type TestRegistry } from "../support/registry.ts"

const layer = Buffer.alloc(300_000, "layer ")
const digest = digestOf(layer)

interface Answer {
  readonly status: number | undefined
  readonly headers: NodeJS.Dict<string | string[]>
  readonly body: string
}

describe("on a socket", () => {
  let test: TestRegistry
  let server: Listening
  /** One connection, so that an answer that is longer or shorter than it says spoils the next. */
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })

  beforeAll(async () => {
    test = createTestRegistry()
    await pushBlob(test, "a", layer)
    server = await listen(createApp({ registry: test.registry }))
  })
  afterAll(async () => {
    agent.destroy()
    await server[Symbol.asyncDispose]()
  })

  const call = (method: string, path: string, headers: Record<string, string> = {}, body?: Uint8Array) =>
    new Promise<Answer>((resolve, reject) => {
      const { address: host, port } = server
      const sent = request({ agent, host, port, method, path, headers }, (answer) => {
        answer
          .toArray()
          .then((chunks) =>
            resolve({
              status: answer.statusCode,
              headers: answer.headers,
              body: String(Buffer.concat(chunks)),
            }),
          )
          .catch(reject)
      })
      sent.once("error", reject)
      sent.end(body)
    })

  it("every answer ends where it says", async () => {
    const started = await call("POST", "/v2/a/blobs/uploads/", { "content-length": "0" })
    const location = String(started.headers["location"])
    const outOfOrder = { "content-range": "5-9" }
    const expected: readonly [Promise<Answer>, number][] = [
      [call("PATCH", location, outOfOrder, Buffer.from("56789")), 416],
      [call("GET", location), 204],
      [call("PUT", `${location}?digest=${digest}`, outOfOrder, Buffer.from("56789")), 416],
      [call("GET", location), 204],
      [call("PUT", `${location}?digest=${digest}`, {}, Buffer.from("wrong")), 400],
      [call("HEAD", `/v2/a/blobs/${digest}`), 200],
      [call("GET", `/v2/a/blobs/${digest}`, { range: "bytes=9-5" }), 416],
      [call("GET", `/v2/a/blobs/${digest}`, { range: "bytes=0-5" }), 206],
      [call("HEAD", "/v2/a/manifests/none"), 404],
      [call("GET", "/v2/a/manifests/none"), 404],
      [call("PUT", "/v2/a/manifests/v1", {}, Buffer.from("{}")), 400],
      [call("POST", `/v2/b/blobs/uploads/?mount=${digest}`), 201],
      [call("GET", `/v2/a/blobs/${digest}`), 200],
      [call("GET", "/v2/"), 200],
    ]
    for (const [answer, status] of expected) {
      const { status: got, headers, body } = await answer
      expect(got).toBe(status)
      if (status >= 400 && body !== "") expect(JSON.parse(body)).toHaveProperty("errors.0.code")
      if (headers["content-length"] !== undefined && body !== "") {
        expect(headers["content-length"]).toBe(String(body.length))
      }
    }
  })

  it("a blob that turns out to be corrupt is cut off, and the server goes on", async () => {
    await test.driver.write(blobData(digest), Buffer.alloc(layer.length, "other "))
    await expect(call("GET", `/v2/a/blobs/${digest}`)).rejects.toThrow(/aborted|hang up|reset/i)
    expect((await call("GET", "/v2/")).status).toBe(200)
    await test.driver.write(blobData(digest), layer)
    expect((await call("GET", `/v2/a/blobs/${digest}`)).body).toBe(String(layer))
  })

  it("closing cuts what is open, and waits until it is undone", async () => {
    const { registry, keys, driver } = createTestRegistry()
    const cut = await listen(createApp({ registry }))
    const before = await keys()
    const body = new Readable({ read: () => undefined })
    body.push(Buffer.alloc(1000))
    const { address: host, port } = cut
    const path = `/v2/a/blobs/uploads/?digest=${digest}`
    const sent = request({ host, port, method: "POST", path, headers: { "content-length": "300000" } })
    const failed = new Promise((resolve) => sent.once("error", resolve))
    body.pipe(sent)
    await new Promise((resolve) => setTimeout(resolve, 50))
    await cut[Symbol.asyncDispose]()
    await failed
    expect(await keys()).toEqual(before)
    await driver[Symbol.asyncDispose]()
  })
})
