import { describe, expect, it } from "vitest"
import { createApp } from "../../src/http/app.ts"
import { digestOf } from "../../src/oci/digest.ts"
import { REGISTRY_ERRORS } from "../../src/oci/errors.ts"
import { STORAGE_ERRORS, toRegistryError } from "../../src/http/error-response.ts"
import { StorageError, type StorageErrorCode } from "../../src/storage/driver.ts"
import { createTestRegistry, pushBlob } from "../support/registry.ts"

const blob = digestOf(Buffer.from("x"))
const basic = (pair: string): Record<string, string> => ({
  authorization: `Basic ${Buffer.from(pair).toString("base64")}`,
})

describe("credentials", () => {
  const { registry } = createTestRegistry()
  const app = createApp({ registry, credentials: { username: "me", password: "secret" } })

  it.each([
    { given: "none", headers: {} as Record<string, string> },
    { given: "a wrong password", headers: basic("me:wrong") },
    { given: "a longer password", headers: basic("me:secret2") },
    { given: "another user", headers: basic("you:secret") },
    { given: "half of them", headers: basic("me") },
    { given: "another scheme", headers: { authorization: "Bearer me:secret" } },
    { given: "nonsense", headers: { authorization: "Basic %%%" } },
  ])("refuses $given", async ({ headers }) => {
    const response = await app.request("/v2/", { headers })
    expect(response.status).toBe(401)
    expect(response.headers.get("www-authenticate")).toBe('Basic realm="oci-store"')
    expect(await response.json()).toMatchObject({ errors: [{ code: "UNAUTHORIZED" }] })
  })

  it("lets the right ones in", async () => {
    expect((await app.request("/v2/", { headers: basic("me:secret") })).status).toBe(200)
  })
})

describe("access", () => {
  const { registry } = createTestRegistry()
  const pushOnly = createApp({ registry, access: (name, action) => name === "mine" && action !== "delete" })

  it.each([
    { method: "GET", path: `/v2/other/blobs/${blob}`, status: 403 },
    { method: "GET", path: "/v2/other/tags/list", status: 403 },
    { method: "POST", path: "/v2/other/blobs/uploads/", status: 403 },
    { method: "PUT", path: "/v2/other/manifests/v1", status: 403 },
    { method: "DELETE", path: "/v2/mine/manifests/v1", status: 403 },
    { method: "DELETE", path: `/v2/mine/blobs/${blob}`, status: 403 },
    { method: "GET", path: `/v2/mine/blobs/${blob}`, status: 404 },
    { method: "POST", path: "/v2/mine/blobs/uploads/", status: 202 },
    { method: "POST", path: `/v2/mine/blobs/uploads/?mount=${blob}&from=other`, status: 202 },
  ])("answers $method $path with $status", async ({ method, path, status }) => {
    expect((await pushOnly.request(path, { method })).status).toBe(status)
  })
})

describe("failures of the store", () => {
  const codes = Object.keys(STORAGE_ERRORS) as StorageErrorCode[]

  it.each(codes)("%s becomes an error of the specification that keeps the sentence", (code) => {
    const error = toRegistryError(new StorageError(code, "The bucket says no.", { driver: "s3" }))
    expect(REGISTRY_ERRORS).toHaveProperty(error.code)
    expect(error.message).toBe("The bucket says no.")
    expect(error.status).toBeGreaterThanOrEqual(400)
  })

  it("a denied HEAD of a blob is an absent blob, since S3 answers so to those who may not list", async () => {
    const { driver } = createTestRegistry()
    const denied = new StorageError("ACCESS_DENIED", "No.", { driver: "s3" })
    const test = createTestRegistry({}, Object.assign(driver, { stat: () => Promise.reject(denied) }))
    expect((await test.app.request(`/v2/a/blobs/${blob}`, { method: "HEAD" })).status).toBe(404)
  })

  it("an unavailable store is not an absent blob", async () => {
    const { driver } = createTestRegistry()
    const down = new StorageError("UNAVAILABLE", "The store is down.", { driver: "s3" })
    const test = createTestRegistry({}, Object.assign(driver, { stat: () => Promise.reject(down) }))
    expect((await test.app.request(`/v2/a/blobs/${blob}`, { method: "HEAD" })).status).toBe(503)
    expect(test.errors).toEqual([down])
  })
})

describe("what a user may not see", () => {
  const mine = "mine"
  const layer = Buffer.from("a layer")
  const digest = digestOf(layer)

  /** Both repositories are there; the user sees one. */
  async function shared(visible: (name: string) => boolean) {
    const test = createTestRegistry({ scope: "repository" })
    for (const name of ["hidden", "shown"]) await pushBlob(test, name, layer)
    await pushBlob(test, "also/hidden", Buffer.from("another"))
    // Another process, which remembers nothing of what was pushed where.
    const { registry } = createTestRegistry({ scope: "repository" }, test.driver)
    return createApp({ registry, access: (name) => visible(name) })
  }
  const isMine = (name: string): boolean => name === mine
  const isShown = (name: string): boolean => isMine(name) || name === "shown"

  it.each([
    { from: "", visible: isShown, status: 201 },
    { from: "", visible: isMine, status: 202 },
    { from: "&from=shown", visible: isShown, status: 201 },
    { from: "&from=hidden", visible: isMine, status: 202 },
    { from: "&from=nobody", visible: isShown, status: 202 },
  ])("is not mounted: $status for '$from'", async ({ from, visible, status }) => {
    const app = await shared(visible)
    const mounted = await app.request(`/v2/${mine}/blobs/uploads/?mount=${digest}${from}`, { method: "POST" })
    expect(mounted.status).toBe(status)
  })

  it("is not in the catalog, nor is there a page without it", async () => {
    const app = await shared(isShown)
    const response = await app.request("/v2/_catalog?n=1")
    expect(await response.json()).toEqual({ repositories: ["shown"] })
    expect(response.headers.get("link")).toBeNull()
  })

  it("has no referrers", async () => {
    const app = await shared(isShown)
    expect((await app.request(`/v2/hidden/referrers/${digest}`)).status).toBe(403)
  })
})
