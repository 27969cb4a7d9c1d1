import { afterAll, beforeAll, beforeEach, expect, test } from "vitest"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { collect, MiB, patternedBytes, patternedChunks, sha256Of } from "../support/bytes.ts"
import type { Cloud, CloudServer } from "../support/clouds/cloud.ts"
import { CLOUDS } from "../support/clouds/clouds.ts"
import { type FaultProxy, first, startFaultProxy } from "../support/fault-proxy.ts"
import { describeUnless } from "../support/describe-unless.ts"
import { codeOf, keysOf } from "./contract/check.ts"
import { WIRES } from "./wires.ts"

const SIZE = 11 * MiB
const PAGE = { headers: { "content-type": "text/html" }, body: "<html><br><p>Hello</html>" }

for (const cloud of CLOUDS) {
  describeUnless(await cloud.missing(), `faults between us and ${cloud.name}`, () => suite(cloud))
}

function suite(cloud: Cloud): void {
  const wire = WIRES[cloud.name]
  const opened = new AsyncDisposableStack()
  let server: CloudServer
  let proxy: FaultProxy
  let driver: StorageDriver

  beforeAll(async () => {
    server = opened.use(await cloud.start())
    await server.createBucket("images")
    proxy = opened.use(await startFaultProxy(server.endpoint))
    driver = opened.use(await server.openDriver({ bucket: "images", partSize: 5 * MiB }, proxy.url))
  })
  afterAll(() => opened.disposeAsync())
  beforeEach(() => proxy.plan(() => undefined))

  const upload = async (key: string): Promise<void> => {
    await using upload = await driver.createUpload(key, { size: SIZE })
    await upload.append(patternedChunks(SIZE))
    await upload.commit()
  }

  test.each(wire.overloads)("a store that answers with status $status is asked again", async (overload) => {
    proxy.plan(first(3, () => true, overload))
    await driver.write("slow", Buffer.from("x"))
    expect(proxy.seen).toHaveLength(4)
    await driver.delete("slow")
  })

  test.each(wire.losses)("a part that is lost is sent again: %j", async (loss) => {
    proxy.plan(first(2, wire.isPart, loss))
    await upload("part")
    expect(proxy.seen.filter(wire.isPart)).toHaveLength(4)
    proxy.plan(() => undefined)
    expect(await sha256Of((await driver.read("part")).body)).toBe(await sha256Of(patternedChunks(SIZE)))
    await driver.delete("part")
  })

  test.each([{}, { range: { start: 5 } }, { range: { start: 1000, end: 2 * MiB } }])(
    "a read with %j goes on where the connection broke",
    async ({ range }) => {
      const bytes = patternedBytes(3 * MiB)
      await driver.write("read", bytes)
      proxy.plan(first(2, wire.isRead, { cutAfter: MiB - 1 }))
      const { body, etag } = await driver.read("read", range && { range })
      const end = (range?.end ?? bytes.length - 1) + 1
      expect((await collect(body)).equals(bytes.subarray(range?.start ?? 0, end))).toBe(true)
      const [, again] = proxy.seen.filter(wire.isRead)
      expect(again?.headers[wire.rangeHeader]).toMatch(new RegExp(`^bytes=\\d+-${end - 1}$`))
      expect(again && wire.versionOf(again)).toBe(etag)
      await driver.delete("read")
    },
  )

  test("a read of an object that changed meanwhile fails", async () => {
    await driver.write("changed", patternedBytes(3 * MiB))
    proxy.plan(first(1, wire.isRead, { cutAfter: MiB }))
    const { body } = await driver.read("changed")
    await driver.write("changed", Buffer.alloc(3 * MiB))
    expect(await codeOf(collect(body))).toBe("PRECONDITION_FAILED")
    await driver.delete("changed")
  })

  test("a web page is no store", async () => {
    for (const status of [200, 404]) {
      proxy.plan(() => ({ ...PAGE, status }))
      expect(await codeOf(driver.write("k", Buffer.from("x")))).toBe("NOT_A_STORE")
      expect(await codeOf(driver.read("k"))).toBe("NOT_A_STORE")
      expect(await codeOf(keysOf(driver, ""))).toBe("NOT_A_STORE")
    }
    // A question without a body: in the answer to it, 404 may be anybody's.
    proxy.plan(() => ({ ...PAGE, status: 200 }))
    expect(await codeOf(driver.stat("k"))).toBe("NOT_A_STORE")
  })

  test.each(["http://127.0.0.1:1", "http://nowhere.invalid"])(
    "%s, where no server is, is named",
    async (at) => {
      await using nowhere = await server.openDriver({ bucket: "images" }, at)
      await expect(nowhere.stat("k")).rejects.toMatchObject({
        code: "UNAVAILABLE",
        message: expect.stringContaining(at),
      })
    },
  )
}
