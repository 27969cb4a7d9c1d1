import { describe, expect, it } from "vitest"
import { createApp } from "../../src/http/app.ts"
import { digestOf } from "../../src/oci/digest.ts"
import { REGISTRY_ERRORS } from "../../src/oci/errors.ts"
import { STORAGE_ERRORS, toRegistryError } from "../../src/http/error-response.ts"
import { StorageError, type StorageErrorCode } from "../../src/storage/driver.ts"
import { createTestRegistry } from "../support/registry.ts"

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
