import { afterAll, beforeAll, expect, test } from "vitest"
import { digestOf } from "../../../src/oci/digest.ts"
import { blobData, tagCurrent, uploadData, uploadStarted } from "../../../src/registry/layout.ts"
import { TagExistsError } from "../../../src/registry/immutable-tags.ts"
import { readLink } from "../../../src/registry/objects.ts"
import { createRegistry } from "../../../src/registry/registry.ts"
import { createMemoryBudget } from "../../../src/storage/budget.ts"
import { prune, type PruneEvent } from "../../../src/upkeep/prune.ts"
import { run } from "../../cli/run.ts"
import { MiB, patternedChunks } from "../../support/bytes.ts"
import { type FaultProxy, startFaultProxy } from "../../support/fault-proxy.ts"
import { APP, contents, OTHER, plantStore, V1 } from "../../support/planted-store.ts"
import { type Credentials, startVersitygw, type Versitygw } from "../../support/versitygw.ts"
import { describeWithVersitygw, openBucket } from "./setup.ts"

const ID = "6f2c1d0e-8f60-4f0b-9d7c-2f1f3f0a9b11"
const inAMinute = () => new Date(Date.now() + 60_000)

describeWithVersitygw("upkeep of a bucket", (program) => {
  let gateway: Versitygw
  let proxy: FaultProxy
  let reader: Credentials

  beforeAll(async () => {
    gateway = await startVersitygw(program)
    proxy = await startFaultProxy(gateway.endpoint)
    for (const bucket of ["images", "reading", "parts", "plain"]) await gateway.createBucket(bucket)
    reader = await gateway.createRestrictedUser("reading", ["s3:GetObject", "s3:ListBucket"])
    await using driver = open("reading")
    await plantStore(driver)
  })
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]()
    await gateway[Symbol.asyncDispose]()
  })

  const open = (bucket: string, user: Credentials = gateway.root, endpoint = gateway.endpoint) =>
    openBucket({ bucket, endpoint, ...user })
  const cli = (command: string, place: string, user: Credentials, ...more: string[]) => {
    const keys = ["--access-key", user.accessKey, "--secret-key", user.secretKey]
    return run(["s3", command, "--endpoint", gateway.endpoint, ...keys, ...more, place])
  }

  test("whoever may read and list may verify", async () => {
    const whole = await cli("verify", "reading", reader)
    expect(whole).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^4 tags in 2 repositories, 1\d objects, .*: all are good\.\n$/),
    })
    expect((await cli("verify", "s3://reading/team/app:v1", reader)).stdout).toMatch(/^1 tag in 1 repository/)
    expect((await cli("verify", "reading", reader, "--quick")).stdout).toContain("all have the right size")
  })

  test("what is damaged: 5, and which tags it breaks", async () => {
    await using driver = open("images")
    await plantStore(driver)
    const [, shared] = [...contents.v1.blobs.keys()]
    if (!shared) throw new TypeError("no layer")
    await driver.delete(blobData(shared))
    const { code, stdout, stderr } = await cli("verify", "images/team/app", gateway.root)
    expect(code).toBe(5)
    expect(stdout).toContain(
      `error    ${blobData(shared)}: the layer is missing; breaks team/app:v1, team/app:v2\n`,
    )
    expect(stderr).toContain("Error: 1 object is missing or damaged, which breaks 2 tags.\n")
    const { stdout: json } = await cli("verify", "images", gateway.root, "--json")
    expect(JSON.parse(json)).toMatchObject({
      ok: false,
      store: "s3://images",
      tags: 4,
      damage: [{ kind: "missing", digest: shared, breaks: ["other:v1", "team/app:v1", "team/app:v2"] }],
    })
  })

  test("a bucket that is not there: 4", async () => {
    expect((await cli("verify", "absent", gateway.root)).code).toBe(4)
    expect((await cli("prune", "absent", gateway.root)).code).toBe(4)
  })

  test("parts of a killed push are counted, deleted, and gone", async () => {
    await using driver = open("parts")
    const key = blobData(digestOf(Buffer.from("killed")))
    const stored = Promise.withResolvers<void>()
    let bytes = 0
    const onStored = (more: number): void => {
      bytes += more
      if (bytes === 10 * MiB) stored.resolve()
    }
    await using upload = await driver.createUpload(key, { onStored })
    await upload.append(patternedChunks(11 * MiB))
    await stored.promise
    const young = await cli("prune", "parts", gateway.root)
    expect(young).toMatchObject({ code: 0, stdout: "No leftovers older than 24h.\n" })
    const { leftovers } = await prune({ driver, olderThan: inAMinute(), remove: false })
    expect(leftovers).toMatchObject([{ kind: "unfinished", key, bytes: 10 * MiB, removed: false }])
    expect(await gateway.multipartUploads("parts")).toEqual([key])
    await prune({ driver, olderThan: inAMinute(), remove: true })
    expect(await gateway.multipartUploads("parts")).toEqual([])
  })

  test("uploads outside the layout are somebody else's", async () => {
    await using driver = open("parts")
    await using upload = await driver.createUpload("backups/archive")
    await upload.append(patternedChunks(6 * MiB))
    const found = await prune({ driver, olderThan: inAMinute(), remove: true })
    expect(found).toEqual({ leftovers: [], denied: undefined })
  })

  test("whoever may not delete is told so, and nothing goes", async () => {
    await using owner = open("reading")
    await owner.write(uploadStarted(OTHER, ID), Buffer.from("2026-01-01T00:00:00Z"))
    await owner.write(uploadData(OTHER, ID), Buffer.from("data"))
    await using driver = open("reading", reader)
    const events: PruneEvent[] = []
    const { leftovers, denied } = await prune({
      driver,
      olderThan: inAMinute(),
      remove: true,
      onEvent: (event) => events.push(event),
    })
    expect(leftovers).toMatchObject([{ kind: "session", bytes: 24, removed: false }])
    expect(denied).toMatchObject({ code: "ACCESS_DENIED" })
    expect(events.filter(({ type }) => type === "warning")).toEqual([
      { type: "warning", text: expect.stringMatching(/^Unfinished uploads are not found: .*denied/) },
    ])
    expect(await owner.stat(uploadStarted(OTHER, ID))).toBeDefined()
  })

  test("a server without conditional writes keeps tags as well as it can, and it is said", async () => {
    const body = "<Error><Code>NotImplemented</Code><Message>no conditions</Message></Error>"
    proxy.plan(({ headers }) => (headers["if-none-match"] ? { status: 501, body } : undefined))
    await using driver = open("plain", gateway.root, proxy.url)
    const warnings: string[] = []
    await using registry = createRegistry(driver, {
      scope: "store",
      publish: "held",
      immutableTags: true,
      budget: createMemoryBudget(MiB),
      onWarning: (text) => warnings.push(text),
    })
    const { v1, v2 } = contents
    await registry.tags.publish(APP, V1, v1.root.digest)
    await expect(registry.tags.publish(APP, V1, v2.root.digest)).rejects.toThrow(TagExistsError)
    expect(await readLink(driver, tagCurrent(APP, V1))).toBe(v1.root.digest)
    expect(warnings).toEqual([expect.stringMatching(/looked for before .*knows no conditional writes\.$/)])
  })
})
