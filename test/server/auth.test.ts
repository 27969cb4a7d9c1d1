/**
 * Who is let in, and what they may do: over HTTP, as clients see it.
 */
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { hash } from "bcryptjs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startServer, type TestServer } from "../support/server.ts"

let folder: string
let test: TestServer

const hashOf = (password: string): Promise<string> => hash(password, 4)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-auth-"))
  await writeFile(
    join(folder, "htpasswd"),
    `# users\nfile:${await hashOf("f")}\nlimited:${await hashOf("l")}\n`,
  )
  test = await startServer({
    "storage.path": join(folder, "data"),
    "auth.htpasswd": join(folder, "htpasswd"),
    "auth.anonymous_read": true,
    metrics: "users",
    "auth.users": [
      { username: "writer", password_hash: await hashOf("w:with:colons") },
      { username: "reader", password_hash: await hashOf("r"), access: "read" },
      { username: "team", password: "t", repositories: ["team/*", "shared"] },
      { username: "limited", access: "read", repositories: ["team/**"] },
    ],
  })
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

function call(method: string, path: string, pair?: string): Promise<Response> {
  const authorization = pair === undefined ? {} : { authorization: `Basic ${btoa(pair)}` }
  return fetch(`${test.url}${path}`, { method, headers: authorization })
}

const START = "/blobs/uploads/"

describe("every request", () => {
  it.each([
    // Clients ask here whether they need credentials.
    [undefined, "GET", "/v2/", 401],
    ["writer:w:with:colons", "GET", "/v2/", 200],
    ["file:f", "GET", "/v2/", 200],
    ["writer:wrong", "GET", "/v2/", 401],
    ["nobody:w", "GET", "/v2/", 401],
    ["team:", "GET", "/v2/", 401],
    // Anonymous.
    [undefined, "GET", "/v2/any/manifests/none", 404],
    [undefined, "HEAD", "/v2/any/manifests/none", 404],
    [undefined, "POST", `/v2/any${START}`, 401],
    [undefined, "DELETE", "/v2/any/manifests/none", 401],
    // Wrong credentials are not no credentials.
    ["writer:wrong", "GET", "/v2/any/manifests/none", 401],
    ["writer:w:with:colons", "POST", `/v2/any${START}`, 202],
    ["writer:w:with:colons", "DELETE", "/v2/any/manifests/none", 404],
    ["reader:r", "GET", "/v2/any/manifests/none", 404],
    ["reader:r", "POST", `/v2/any${START}`, 403],
    ["reader:r", "DELETE", "/v2/any/manifests/none", 403],
    ["team:t", "POST", `/v2/team/app${START}`, 202],
    ["team:t", "POST", `/v2/shared${START}`, 202],
    ["team:t", "POST", `/v2/team/app/sub${START}`, 403],
    ["team:t", "POST", `/v2/teams/app${START}`, 403],
    ["team:t", "GET", "/v2/other/manifests/none", 403],
    // The password from the file, the rules from the configuration.
    ["limited:l", "GET", "/v2/team/app/sub/manifests/none", 404],
    ["limited:l", "GET", "/v2/other/manifests/none", 403],
    ["limited:l", "POST", `/v2/team/app${START}`, 403],
    // Of the server itself.
    [undefined, "GET", "/healthz", 200],
    [undefined, "GET", "/readyz", 200],
    [undefined, "GET", "/metrics", 401],
    ["reader:r", "GET", "/metrics", 200],
    ["writer:wrong", "GET", "/healthz", 200],
  ])("%s: %s %s is answered with %d", async (pair, method, path, status) => {
    const answer = await call(method, path, pair)
    expect(answer.status).toBe(status)
    const challenge = answer.headers.get("www-authenticate")
    expect(challenge).toBe(status === 401 ? 'Basic realm="oci-store"' : null)
    const code = { 401: "UNAUTHORIZED", 403: "DENIED" }[status]
    if (code !== undefined) expect(await answer.json()).toMatchObject({ errors: [{ code }] })
  })

  it.each([
    "Basic %%%",
    "Basic",
    "Bearer abc",
    `Basic ${btoa("nocolon")}`,
    `Basic ${btoa(":empty")}`,
    "Basic  ",
  ])("refuses what it cannot read: %s", async (authorization) => {
    const answer = await fetch(`${test.url}/v2/any/manifests/none`, { headers: { authorization } })
    expect(answer.status).toBe(401)
  })
})

describe("a mount", () => {
  it("from a repository that the user may not read is an upload", async () => {
    const digest = `sha256:${"0".repeat(64)}`
    const answer = await call("POST", `/v2/team/app${START}?mount=${digest}&from=other`, "team:t")
    expect(answer.status).toBe(202)
  })
})

describe("wrong passwords", () => {
  it("shut the door of their user, and no other's, whatever comes next", async () => {
    for (let i = 0; i < 10; i++) expect((await call("GET", "/v2/", `guessed:${i}`)).status).toBe(401)
    const answer = await call("GET", "/v2/", "guessed:10")
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0)
    expect(await answer.json()).toMatchObject({ errors: [{ code: "TOOMANYREQUESTS" }] })
    expect((await call("GET", "/v2/", "file:f")).status).toBe(200)
  })
})

describe("the file of users", () => {
  it("is read again on demand, and withdrawn passwords end at once", async () => {
    await appendFile(join(folder, "htpasswd"), `late:${await hashOf("x")}\n`)
    expect((await call("GET", "/v2/", "late:x")).status).toBe(401)
    await test.server.reload()
    expect((await call("GET", "/v2/", "late:x")).status).toBe(200)
    await writeFile(join(folder, "htpasswd"), `late:${await hashOf("y")}\n`)
    await test.server.reload()
    expect((await call("GET", "/v2/", "late:x")).status).toBe(401)
    expect((await call("GET", "/v2/", "late:y")).status).toBe(200)
  })

  it("stays as it was if what is there now cannot be read", async () => {
    await writeFile(join(folder, "htpasswd"), "late:{SHA}nothing\n")
    await expect(test.server.reload()).rejects.toThrow(/Line 1 of .* is no user with a bcrypt hash/)
    expect((await call("GET", "/v2/", "late:y")).status).toBe(200)
  })
})

it("a hundred at once with a right pair cost one comparison, and nobody waits for it", async () => {
  const slow = await hash("slow", 12)
  await using other = await startServer({
    "storage.path": join(folder, "other"),
    "auth.users": [{ username: "slow", password_hash: slow }],
  })
  const headers = { authorization: `Basic ${btoa("slow:slow")}` }
  const verified = Array.from({ length: 100 }, () => fetch(`${other.url}/v2/`, { headers }))
  const first = await Promise.race([
    fetch(`${other.url}/healthz`).then(() => "health"),
    Promise.all(verified).then(() => "logins"),
  ])
  expect(first).toBe("health")
  expect((await Promise.all(verified)).map(({ status }) => status)).toEqual(verified.map(() => 200))
})

it("nothing secret is logged", async () => {
  await call("GET", "/v2/any/tags/list?X-Amz-Signature=hush1&token=hush1", "hush2:hush3")
  await fetch(`${test.url}/v2/`, { headers: { authorization: "Bearer hush4", cookie: "hush5" } })
  await expect.poll(() => JSON.stringify(test.logged)).toContain("/v2/any/tags/list")
  expect(JSON.stringify(test.logged)).not.toMatch(/hush\d|\$2b|authorization/i)
})
