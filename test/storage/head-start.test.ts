/** Large layers that come slowly, over a line that is slower: what goes ahead, and what is left of it. */
import { randomBytes, randomUUID } from "node:crypto"
import { afterAll, beforeAll, expect, it } from "vitest"
import { digestOf } from "../../src/oci/digest.ts"
import type { RepositoryName } from "../../src/oci/reference.ts"
import { blobData } from "../../src/registry/layout.ts"
import { createRegistry } from "../../src/registry/registry.ts"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { chunksOf, collect, MiB, slowly } from "../support/bytes.ts"
import { type Cloud, type CloudServer, type RawObjects, resources } from "../support/clouds/cloud.ts"
import { CLOUDS } from "../support/clouds/clouds.ts"
import { type CountingProxy, startCountingProxy } from "../support/counting-proxy.ts"
import { describeUnless } from "../support/describe-unless.ts"
import { startShapedLink } from "../support/shaped-link.ts"
import { keysOf } from "./contract/check.ts"

const NAME = "team/app" as RepositoryName
const PART = 8 * MiB
const SIZE = 32 * MiB
/** Milliseconds for a MiB: the layer is complete after two seconds, and would have to be sent for three. */
const PAUSE = 70
const RATE = 10 * MiB

for (const cloud of CLOUDS) {
  describeUnless(await cloud.missing(), `a layer that comes slowly, to ${cloud.name}`, () => suite(cloud))
}

function suite(cloud: Cloud): void {
  const opened = new AsyncDisposableStack()
  let server: CloudServer
  let proxy: CountingProxy
  let objects: RawObjects
  let direct: StorageDriver
  let slow: StorageDriver

  beforeAll(async () => {
    server = opened.use(await cloud.start())
    const link = opened.use(await startShapedLink(server.endpoint, { roundTrip: 10, overall: RATE }))
    proxy = opened.use(await startCountingProxy(link.endpoint))
    const place = { bucket: `slow-${randomUUID()}`, partSize: PART }
    objects = await server.createBucket(place.bucket)
    direct = opened.use(await server.openDriver(place))
    slow = opened.use(await server.openDriver(place, proxy.endpoint))
  })
  afterAll(() => opened.disposeAsync())

  const open = (driver: StorageDriver) =>
    createRegistry(driver, { scope: "store", publish: "held", budget: resources().budget })
  const uploads = async () => (await keysOf(direct, "")).filter((key) => key.includes("/_uploads/"))
  const isStaged = ({ path }: { readonly path: string }) => path.includes("_uploads")

  async function push(driver: StorageDriver, bytes: Buffer): Promise<void> {
    await using registry = open(driver)
    const session = await registry.uploads.create(NAME)
    await session.append({ source: slowly(bytes, PAUSE) })
    await session.commit(digestOf(bytes), { source: chunksOf() })
  }

  it("goes ahead, is moved, and leaves nothing else", async () => {
    const bytes = randomBytes(SIZE)
    proxy.take()
    await push(slow, bytes)
    const requests = proxy.take()
    expect(requests.filter(isStaged)).not.toEqual([])
    // Three to move it and four to stage it, beside what every upload in parts takes.
    const list = requests.map(({ method, path, status }) => `${method} ${path} ${status}`).join("\n")
    expect(requests.length, list).toBeLessThanOrEqual(SIZE / PART + 10)
    const { body } = await direct.read(blobData(digestOf(bytes)))
    expect((await collect(body)).equals(bytes)).toBe(true)
    expect(await uploads()).toEqual([])
    expect(await objects.unfinishedUploads()).toEqual([])
  })

  it("is taken back where the store has it", async () => {
    const bytes = randomBytes(SIZE)
    await using registry = open(direct)
    await registry.uploads.put(NAME, digestOf(bytes), chunksOf(bytes), SIZE)
    proxy.take()
    await push(slow, bytes)
    const deleted = proxy
      .take()
      .filter(({ method, path }) => method === "DELETE" && path.includes("startedat"))
    expect(deleted).toHaveLength(1)
    expect(await uploads()).toEqual([])
    expect(await objects.unfinishedUploads()).toEqual([])
  })

  it("is taken back where the push is given up", async () => {
    const registry = open(slow)
    const session = await registry.uploads.create(NAME)
    await session.append({ source: slowly(randomBytes(20 * MiB), PAUSE) })
    await registry[Symbol.asyncDispose]()
    expect(await uploads()).toEqual([])
    expect(await objects.unfinishedUploads()).toEqual([])
  })
}
