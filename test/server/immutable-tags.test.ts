/**
 * `server.immutable_tags`: whoever may push makes tags, and nobody moves one.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { startServer, type TestServer } from "../support/server.ts"

let folder: string
let test: TestServer
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-immutable-"))
  test = await startServer({ "storage.path": folder, "server.immutable_tags": true })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

const type = "application/vnd.oci.image.index.v1+json"
const index = (name: string): string =>
  JSON.stringify({ schemaVersion: 2, mediaType: type, manifests: [], annotations: { name } })

function put(tag: string, name: string): Promise<Response> {
  const headers = { "content-type": type }
  return fetch(`${test.url}/v2/a/manifests/${tag}`, { method: "PUT", headers, body: index(name) })
}

it("makes a tag once, says so again, and moves it never", async () => {
  expect((await put("v1", "first")).status).toBe(201)
  expect((await put("v1", "first")).status).toBe(201)
  const refused = await put("v1", "second")
  expect(refused.status).toBe(409)
  expect(await refused.json()).toMatchObject({
    errors: [{ code: "DENIED", message: expect.stringContaining("immutable") }],
  })
  expect(await (await fetch(`${test.url}/v2/a/manifests/v1`)).text()).toBe(index("first"))
})

it("lets one of many at once make it", async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => put("race", `racer ${i}`)))
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(11)
})

it("keeps the lists of referrers, which are tags that grow", async () => {
  const subject = (await put("subject", "subject")).headers.get("docker-content-digest")
  for (const name of ["one", "two"]) {
    const body = JSON.stringify({
      ...JSON.parse(index(name)),
      subject: { mediaType: type, digest: subject, size: index("subject").length },
    })
    const headers = { "content-type": type }
    expect((await fetch(`${test.url}/v2/a/manifests/${name}`, { method: "PUT", headers, body })).status).toBe(
      201,
    )
  }
  const list = await fetch(`${test.url}/v2/a/referrers/${subject}`)
  expect(((await list.json()) as { manifests: unknown[] }).manifests).toHaveLength(2)
})
