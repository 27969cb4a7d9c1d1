/**
 * Routes under requests of every kind: called in process, and through a socket, which changes nothing about what was written.
 * @module
 */
import { once } from "node:events"
import { Agent, request as send, type IncomingMessage } from "node:http"
import * as fc from "fast-check"
import { listen } from "../../../src/http/listen.ts"
import type { RepositoryName, Tag } from "../../../src/oci/reference.ts"
import { blobData, layerLink, revisionLink, tagCurrent, tagIndex } from "../../../src/registry/layout.ts"
import type { StorageDriver } from "../../../src/storage/driver.ts"
import { collect } from "../../support/bytes.ts"
import { createTestRegistry } from "../../support/registry.ts"
import { checkAnswer, checkPrototypes } from "./answers.ts"
import { CONTENT, STORED } from "./content.ts"
import type { Property } from "./property.ts"
import { recordingDriver } from "./recording-driver.ts"
import { type FuzzedRequest, requests } from "./requests.ts"

const NAME = STORED.name as RepositoryName
const TAG = STORED.tag as Tag

export const inProcess: Property = {
  name: "requests",
  share: 0.3,
  property: () =>
    fc.asyncProperty(
      fc.array(requests, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      async (all, isServer) => {
        const { driver, strays } = recordingDriver()
        await store(driver)
        const { app } = createTestRegistry({ scope: isServer ? "repository" : "store" }, driver)
        for (const { method, path, headers, body } of all) {
          const answer = await app.request(path, {
            method,
            headers,
            ...(body && { body: new Uint8Array(body) }),
          })
          const type = answer.headers.get("content-type") ?? ""
          checkAnswer(method, { status: answer.status, type, body: await answer.text() })
        }
        checkPrototypes()
        if (strays.length > 0) throw new Error(`keys outside of the root: ${strays.join(", ")}`)
      },
    ),
}

export const throughSocket: Property = {
  name: "requests through a socket",
  share: 0.15,
  async open() {
    const { driver, strays } = recordingDriver()
    await store(driver)
    const { app } = createTestRegistry({ scope: "repository" }, driver)
    const listening = await listen(app)
    const agent = new Agent({ keepAlive: true })
    const property = fc.asyncProperty(requests, async (request) => {
      const answer = await exchange(listening.port, agent, request)
      // What is no URL, such as a path with a backslash, is refused before it comes to us.
      if (answer.status === 400 && answer.body === "") return
      checkAnswer(request.method, answer)
      if (strays.length > 0) throw new Error(`keys outside of the root: ${strays.join(", ")}`)
    })
    return {
      property,
      async [Symbol.asyncDispose]() {
        agent.destroy()
        await listening.close(0)
      },
    }
  },
}

async function exchange(port: number, agent: Agent, { method, path, headers, body }: FuzzedRequest) {
  const length = body && { "content-length": String(body.length) }
  const host = "127.0.0.1"
  const outgoing = send({
    port,
    host,
    agent,
    method,
    path,
    headers: { ...headers, ...length },
    timeout: 5000,
  })
  outgoing.on("timeout", () => outgoing.destroy(new Error("no answer for five seconds")))
  outgoing.end(body)
  const [answer] = (await once(outgoing, "response")) as [IncomingMessage]
  const text = (await collect(answer)).toString()
  return { status: answer.statusCode ?? 0, type: answer.headers["content-type"] ?? "", body: text }
}

/** The content as a push leaves it. */
export async function store(driver: StorageDriver): Promise<void> {
  const { digest, bytes } = CONTENT.root
  const link = Buffer.from(digest)
  for (const [blob, content] of CONTENT.blobs) {
    await driver.write(blobData(blob), content)
    await driver.write(layerLink(NAME, blob), Buffer.from(blob))
  }
  await driver.write(blobData(digest), bytes)
  await driver.write(revisionLink(NAME, digest), link)
  await driver.write(tagCurrent(NAME, TAG), link)
  await driver.write(tagIndex(NAME, TAG, digest), link)
}
