import { expect, it } from "vitest"
import { readConfig } from "../../../src/server/config.ts"
import { createRedirect } from "../../../src/server/redirect.ts"
import type { PresignOptions, StorageDriver } from "../../../src/storage/driver.ts"
import { createMemoryDriver } from "../../../src/storage/memory.ts"

const MiB = 2 ** 20
const PUBLIC = "https://s3.example.com"

const config = (flags: Record<string, unknown>, env: Record<string, string> = {}) =>
  readConfig({ env, flags: { "storage.type": "s3", "storage.bucket": "b", ...flags } })

/** Signs for its own origin, or for the one that it is told. */
function signing(origin: string): StorageDriver {
  const presignRead = async (key: string, { endpoint = origin }: PresignOptions) =>
    new URL(`${endpoint}/${key}?signature`)
  return { ...createMemoryDriver(), presignRead }
}

it.each([
  ["https://images.s3.eu-central-1.amazonaws.com", true],
  ["https://storage.googleapis.com", true],
  ["https://d111111abcdef8.cloudfront.net", true],
  ["http://s3.example.com", false],
  ["https://localhost:9000", false],
  ["https://192.0.2.1", false],
  ["https://10.0.0.1:9000", false],
  ["https://[2001:db8::1]", false],
  ["https://minio:9000", false],
  ["https://minio.storage.svc", false],
  ["https://minio.storage.svc.cluster.local", false],
  ["https://s3.eu.internal", false],
])("auto: clients are sent to %s: %s", async (origin, expected) => {
  const redirection = await createRedirect(signing(origin), config({}))
  expect(redirection?.host).toBe(expected ? new URL(origin).host : undefined)
})

it("auto: small blobs are not worth it", async () => {
  const redirection = await createRedirect(signing(PUBLIC), config({}))
  expect(await redirection?.urlOf("k", MiB - 1)).toBeUndefined()
  expect((await redirection?.urlOf("k", MiB))?.href).toBe(`${PUBLIC}/k?signature`)
})

it("auto: who names a host that clients reach has said that they do", async () => {
  const flags = { "storage.public_endpoint": "http://10.0.0.1:9000" }
  const redirection = await createRedirect(signing("http://minio:9000"), config(flags))
  expect((await redirection?.urlOf("k", MiB))?.href).toBe("http://10.0.0.1:9000/k?signature")
})

it.each([
  ["a proxy", {}, { HTTPS_PROXY: "http://proxy.example.com:3128" }],
  ["certificates of its own", { "storage.ca_file": "ca.pem" }, {}],
  ["any certificate to be good", { "storage.skipverify": true }, {}],
])("auto: where the server needs %s, clients would too", async (_, flags, env) => {
  expect(await createRedirect(signing(PUBLIC), config(flags, env))).toBeUndefined()
  const said = config({ ...flags, "storage.public_endpoint": PUBLIC }, env)
  expect((await createRedirect(signing(PUBLIC), said))?.host).toBe("s3.example.com")
})

it("on: clients are sent anywhere, for everything", async () => {
  const redirection = await createRedirect(signing("http://minio:9000"), config({ redirect: "on" }))
  expect((await redirection?.urlOf("k", 1))?.href).toBe("http://minio:9000/k?signature")
})

it("off: nobody is sent anywhere, and nothing is signed", async () => {
  const driver = { ...createMemoryDriver(), presignRead: () => Promise.reject(new Error("asked")) }
  expect(await createRedirect(driver, config({ redirect: "off" }))).toBeUndefined()
})

it.each([
  ["cannot sign", { ...createMemoryDriver(), presignRead: async () => undefined }],
  ["has no URLs", createMemoryDriver()],
])("a store that %s: auto does without, on is refused", async (_, driver) => {
  expect(await createRedirect(driver, config({}))).toBeUndefined()
  await expect(createRedirect(driver, config({ redirect: "on" }))).rejects.toThrow(
    "redirect is 'on', but these credentials of the memory backend cannot sign URLs",
  )
})
