import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import path from "node:path"
import { expect, test } from "vitest"
import { createMemoryBudget } from "../../../src/storage/budget.ts"
import { DRIVERS } from "../../../src/storage/drivers.ts"
import { codeOf } from "../../storage/contract/check.ts"

const budget = createMemoryBudget(1024)
const driverOf = (name: string) => {
  const entry = DRIVERS.find((entry) => entry.name === name)
  if (!entry) throw new Error(`There is no driver ${name}.`)
  return entry
}

test("names, schemes and options are unique", () => {
  for (const names of [
    DRIVERS.map(({ name }) => name),
    DRIVERS.flatMap(({ schemes }) => schemes),
    ...DRIVERS.map(({ options }) => options.flatMap(({ name, synonyms = [] }) => [name, ...synonyms])),
    ...DRIVERS.map(({ options }) => options.flatMap(({ parameter = [] }) => parameter)),
  ]) {
    expect(new Set(names).size).toBe(names.length)
  }
})

test("what is secret is marked so", () => {
  const secrets = DRIVERS.flatMap(({ options }) =>
    options.filter(({ secret }) => secret).map(({ name }) => name),
  )
  expect(secrets).toEqual([
    "secret-key",
    "session-token",
    "credentials",
    "account-key",
    "connection-string",
    "secret",
  ])
})

test("a folder is made only where that is asked for", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "oci-store-drivers-"))
  const location = path.join(folder, "images")
  await using reading = await driverOf("file").open(location, {}, { budget, create: false })
  expect(await codeOf(reading.stat("k"))).toBe("NO_SUCH_BUCKET")
  expect(await codeOf(reading.write("k", Buffer.from("x")))).toBe("NO_SUCH_BUCKET")
  await using writing = await driverOf("file").open(location, {}, { budget, create: true })
  expect(await writing.stat("k")).toBeUndefined()
  await writing.write("k", Buffer.from("x"))
  expect(await reading.stat("k")).toBeDefined()
  await rm(folder, { recursive: true })
})

test("a bucket of a known region is opened without a request", async () => {
  await using driver = await driverOf("s3").open("images", { region: "eu-west-1" }, { budget, create: true })
  expect(driver.name).toBe("s3")
})

test("maxconcurrency is how many requests are on their way at once, unless the process says", async () => {
  let running = 0
  let most = 0
  const server = createServer((_, response) => {
    running += 1
    most = Math.max(most, running)
    setTimeout(() => {
      running -= 1
      response.writeHead(404, { "content-type": "application/json" }).end("{}")
    }, 20)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  const values = { endpoint: `http://127.0.0.1:${port}`, maxconcurrency: 2 }
  const mostOf = async (shared: { readonly concurrency?: number }) => {
    most = 0
    await using driver = await driverOf("gcs").open("images", values, { budget, create: false, ...shared })
    await Promise.all(["a", "b", "c", "d", "e"].map((key) => driver.stat(key).catch(() => undefined)))
    return most
  }
  expect(await mostOf({})).toBe(2)
  expect(await mostOf({ concurrency: 1 })).toBe(1)
  server.closeAllConnections()
  server.close()
  await once(server, "close")
})

test("half a pair of keys is a missing option", async () => {
  const values = { region: "eu-west-1", "access-key": "a" }
  await expect(driverOf("s3").open("images", values, { budget, create: true })).rejects.toMatchObject({
    name: "MissingOptionError",
    option: "secret-key",
  })
})
