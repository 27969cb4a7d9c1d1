import { ContainerSASPermissions, type ContainerClient } from "@azure/storage-blob"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type Azurite, startAzurite } from "../../support/azurite.ts"
import { levelsOf, lineOf } from "../../support/findings.ts"
import { doctor } from "./setup.ts"

let server: Azurite
let images: ContainerClient
let legacy: ContainerClient

beforeAll(async () => {
  server = await startAzurite()
  images = await server.createContainer("images")
  legacy = await server.createContainer("legacy")
  await server.createContainer("public", true)
})
afterAll(() => server[Symbol.asyncDispose]())

const examine = (container: string, ...more: string[]) => {
  const { accountName, accountKey } = server.account
  const argv = ["azure", "doctor", container, "-a", accountName, "-e", server.endpoint, ...more]
  const keyed = more.includes("--anonymous") || more.includes("-k") ? [] : ["-k", accountKey]
  return doctor([...argv, ...keyed])
}

async function signatureFor(permissions: string, expiresOn: Date): Promise<string> {
  const options = { expiresOn, permissions: ContainerSASPermissions.parse(permissions) }
  const { search } = new URL(await images.generateSasUrl(options))
  return `BlobEndpoint=${server.endpoint}/testaccount;SharedAccessSignature=${search.slice(1)}`
}

async function namesIn(container: ContainerClient): Promise<string[]> {
  const names = []
  for await (const { name } of container.listBlobsFlat()) names.push(name)
  return names
}

test("a container that is all right has nothing but good lines, and nothing left in it", async () => {
  const ran = await examine("images")
  expect(ran.code).toBe(0)
  expect(new Set(Object.values(levelsOf(ran)))).toEqual(new Set(["ok"]))
  expect(lineOf(ran, "Credentials")).toContain("the account's key, from --account-key")
  expect(ran.stdout + ran.stderr).not.toContain(server.account.accountKey)
  expect(await namesIn(images)).toEqual([])
})

test("a wrong key is a failure: 4", async () => {
  const ran = await examine("images", "-k", Buffer.from("wrong").toString("base64"))
  expect(ran.code).toBe(4)
  expect(lineOf(ran, "Store")).toMatch(/^failure .*check account name and account key/)
  expect(lineOf(ran, "Clock")).toMatch(/^ok /)
})

test("a container that does not exist is a failure: 4, and the command that makes it", async () => {
  const ran = await examine("absent")
  expect(ran.code).toBe(4)
  expect(lineOf(ran, "Store")).toMatch(/^failure .*az storage container create --name=absent/)
})

test("a public container is one to pull from", async () => {
  const ran = await examine("public", "--anonymous")
  expect(ran.code).toBe(0)
  expect(lineOf(ran, "Write")).toMatch(/^warning .*not signed in: nothing can be pushed here$/)
})

test("a signature is told with what it permits; one that may not delete keeps one blob", async () => {
  const string = await signatureFor("rcwl", new Date(Date.now() + 600_000))
  const ran = await doctor(["azure", "doctor", "images", "--connection-string", string])
  expect(ran.code).toBe(0)
  expect(lineOf(ran, "Credentials")).toMatch(/^ok .*shared access signature.*for 'rcwl', until 20\d\d-/)
  expect(lineOf(ran, "Delete")).toMatch(/^warning .*stays behind: oci-store\/doctor\/probe$/)
  expect(ran.stdout + ran.stderr).not.toContain(new URLSearchParams(string).get("sig") ?? "sig=")
  expect(await namesIn(images)).toEqual(["oci-store/doctor/probe"])
  await images.deleteBlob("oci-store/doctor/probe")
})

test("a signature that is over says so before the store refuses it", async () => {
  const string = await signatureFor("rl", new Date(Date.now() - 600_000))
  const ran = await doctor(["azure", "doctor", "images", "--connection-string", string])
  expect(ran.code).toBe(4)
  expect(lineOf(ran, "Credentials")).toMatch(/^warning .*expired since .*make a new one$/)
})

test("names of the other registry are found, in both directions", async () => {
  const blob = "docker/registry/v2/repositories/old/_layers/sha256/0/link"
  await legacy.getBlockBlobClient(`/${blob}`).upload("x", 1)
  expect(lineOf(await examine("legacy"), "Images")).toMatch(
    /^warning .*old under others: pass --azure-legacy-names/,
  )
  expect(lineOf(await examine("legacy", "--azure-legacy-names"), "Images")).toMatch(/^ok .* is old$/)
  await legacy.deleteBlob(`/${blob}`)
  await legacy.getBlockBlobClient(blob).upload("x", 1)
  const ran = await examine("legacy", "--azure-legacy-names")
  expect(lineOf(ran, "Images")).toMatch(/^warning .*leave out --azure-legacy-names/)
  expect(lineOf(await examine("legacy", "--root-dir", "prod"), "Images")).toMatch(
    /^warning .*none under prod, but old at the top of the container/,
  )
})
