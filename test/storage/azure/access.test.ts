import { ContainerSASPermissions, type ContainerClient } from "@azure/storage-blob"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createMemoryBudget } from "../../../src/storage/budget.ts"
import { openAzure } from "../../../src/storage/azure/open.ts"
import { type Azurite, startAzurite } from "../../support/azurite.ts"
import { collect, MiB, patternedChunks } from "../../support/bytes.ts"
import { codeOf, keysOf } from "../contract/check.ts"
import { openContainer } from "./setup.ts"

let server: Azurite
let images: ContainerClient

beforeAll(async () => {
  server = await startAzurite()
  images = await server.createContainer("images")
  await server.createContainer("public", true)
})
afterAll(() => server[Symbol.asyncDispose]())

const open = (container: string, options: object = server.account) =>
  openContainer({ container, endpoint: server.endpoint, ...options })
const openNamed = (values: Record<string, string>) =>
  openAzure("images", values, { budget: createMemoryBudget(32 * MiB), concurrency: 2 })

test("a wrong key is a matter of credentials, and is not shown", async () => {
  const accountKey = Buffer.from("a wrong key").toString("base64")
  await using driver = await open("images", { ...server.account, accountKey })
  expect(await codeOf(driver.read("k"))).toBe("CREDENTIALS")
  const error: unknown = await driver.write("k", Buffer.from("x")).catch((error: unknown) => error)
  expect(String(error)).toMatch(/check account name and account key/)
  expect(String(error)).not.toContain(accountKey)
})

test("a missing container is named, with the command that makes it", async () => {
  await using driver = await open("no-such-container")
  expect(await codeOf(driver.read("k"))).toBe("NO_SUCH_BUCKET")
  expect(await codeOf(driver.stat("k"))).toBe("NO_SUCH_BUCKET")
  expect(await codeOf(driver.delete("k"))).toBe("NO_SUCH_BUCKET")
  expect(await codeOf(keysOf(driver, ""))).toBe("NO_SUCH_BUCKET")
  await expect(driver.write("k", Buffer.from("x"))).rejects.toThrow(
    "az storage container create --name=no-such-container --account-name=testaccount",
  )
})

test("a public container is read without credentials", async () => {
  await using owner = await open("public")
  await owner.write("k", Buffer.from("for all"))
  await using driver = await open("public", { accountName: server.account.accountName, anonymous: true })
  expect(String(await collect((await driver.read("k")).body))).toBe("for all")
  expect(await codeOf(driver.write("k", Buffer.from("x")))).toMatch(/^(ACCESS_DENIED|CREDENTIALS|NOT_FOUND)$/)
})

test("a connection string opens a container, by key or by signature", async () => {
  const { accountName, accountKey } = server.account
  const address = `BlobEndpoint=${server.endpoint}/${accountName}`
  const expiresOn = new Date(Date.now() + 60_000)
  const permissions = ContainerSASPermissions.parse("racwdl")
  const signature = new URL(await images.generateSasUrl({ expiresOn, permissions })).search.slice(1)
  for (const secret of [
    `DefaultEndpointsProtocol=http;AccountName=${accountName};AccountKey=${accountKey}`,
    `SharedAccessSignature=${signature}`,
  ]) {
    await using driver = await openNamed({ "connection-string": `${address};${secret};` })
    await driver.write("by-string", Buffer.from("x"), { ifAbsent: true })
    expect(await keysOf(driver, "by-")).toEqual(["by-string"])
    await driver.move("by-string", "by-other")
    await driver.delete("by-other")
  }
})

test("what a signature does not permit is denied, and the signature not shown", async () => {
  const options = {
    expiresOn: new Date(Date.now() + 60_000),
    permissions: ContainerSASPermissions.parse("r"),
  }
  const { search } = new URL(await images.generateSasUrl(options))
  const string = `BlobEndpoint=${server.endpoint}/testaccount;SharedAccessSignature=${search.slice(1)}`
  await using driver = await openNamed({ "connection-string": string })
  const error: unknown = await driver.write("k", Buffer.from("x")).catch((error: unknown) => error)
  expect(error).toMatchObject({ code: "ACCESS_DENIED" })
  expect(String(error)).not.toContain("sig=")
})

test("a signature to read, create, write and list is enough for push and pull", async () => {
  const permissions = ContainerSASPermissions.parse("rcwl")
  const { search } = new URL(
    await images.generateSasUrl({ expiresOn: new Date(Date.now() + 60_000), permissions }),
  )
  const string = `BlobEndpoint=${server.endpoint}/testaccount;SharedAccessSignature=${search.slice(1)}`
  await using driver = await openNamed({ "connection-string": string })
  expect(await driver.stat("r/absent")).toBeUndefined()
  await driver.write("r/link", Buffer.from("x"), { ifAbsent: true })
  await driver.write("r/link", Buffer.from("y"))
  await using upload = await driver.createUpload("r/large")
  await upload.append(patternedChunks(17 * MiB))
  await upload.commit({ ifAbsent: true })
  expect((await collect((await driver.read("r/large")).body)).length).toBe(17 * MiB)
  expect(await keysOf(driver, "r/")).toEqual(["r/large", "r/link"])
  expect(await codeOf(driver.delete("r/link"))).toBe("ACCESS_DENIED")
  await (await open("images")).delete(["r/large", "r/link"])
})

test("settings by name open a container", async () => {
  const values = {
    endpoint: `${server.endpoint}/testaccount/`.replace("http://", ""),
    "account-name": server.account.accountName,
    "account-key": server.account.accountKey,
    "credential-type": "shared_key",
    "root-dir": "/named/",
  }
  await using driver = await openNamed(values)
  await driver.write("k", Buffer.from("x"))
  expect(await keysOf(await open("images"), "")).toEqual(["named/k"])
  await driver.delete("k")
})

test.for([
  [{ legacyNames: true }, {}, "pass --azure-legacy-names"],
  [{}, { legacyNames: true }, "leave out --azure-legacy-names"],
] as const)("written with %j and looked for with %j, it says: %s", async ([written, asked, said]) => {
  await using writer = await open("images", { ...server.account, rootDir: "team", ...written })
  await using reader = await open("images", { ...server.account, rootDir: "team", ...asked })
  expect(await reader.explainAbsence?.("docker/")).toBeUndefined()
  await writer.write("docker/x", Buffer.from("x"))
  expect(await reader.explainAbsence?.("docker/")).toContain(said)
  expect(await reader.explainAbsence?.("other/")).toBeUndefined()
  expect(await writer.explainAbsence?.("docker/")).toBeUndefined()
  await writer.delete("docker/x")
})

test("names are those of registry 3, or on request those of 2.8", async () => {
  for (const [options, name] of [
    [{}, "docker/x"],
    [{ rootDir: "/team//a/" }, "team//a/docker/x"],
    [{ legacyNames: true }, "/docker/x"],
  ] as const) {
    await using driver = await open("images", { ...server.account, ...options })
    await driver.write("docker/x", Buffer.from("x"))
    const names = []
    for await (const blob of images.listBlobsFlat()) names.push(blob.name)
    expect(names).toEqual([name])
    expect(await keysOf(driver, "docker/", { delimiter: "/" })).toEqual(["docker/x"])
    expect(String(await collect((await driver.read("docker/x")).body))).toBe("x")
    await driver.delete("docker/x")
  }
})
