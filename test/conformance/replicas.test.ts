import { randomBytes } from "node:crypto"
import { afterAll, afterEach, beforeAll, expect, it } from "vitest"
import { type Digest, digestOf, hexOf } from "../../src/oci/digest.ts"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { MiB } from "../support/bytes.ts"
import { describeUnless } from "../support/describe-unless.ts"
import { artifact, image, layerOf, type Manifest } from "../support/oci-content.ts"
import { call, deleteManifest, pushContent, putManifest } from "../support/registry-client.ts"
import { serveRegistry, type ServedRegistry } from "../support/served-registry.ts"
import { SETUPS } from "./setups.ts"

const NAME = "team/app"
const WRITERS = 20

for (const setup of SETUPS) {
  describeUnless(await setup.missing?.(), `two replicas on ${setup.on}`, () => {
    const opened = new AsyncDisposableStack()
    let driver: StorageDriver
    let replicas: readonly [ServedRegistry, ServedRegistry]
    const start = (): Promise<ServedRegistry> =>
      serveRegistry(driver, { scope: "repository", publish: "on-put", sessions: "stored" })

    beforeAll(async () => {
      driver = opened.use(await setup.open()).driver
      replicas = [opened.use(await start()), opened.use(await start())]
    })
    afterAll(() => opened.disposeAsync())
    afterEach(() => expect(replicas.flatMap(({ errors }) => errors)).toEqual([]))

    /** The replica whose turn it is. */
    const at = (turn: number): string => replicas[turn % 2 === 0 ? 0 : 1].address
    const upload = async (): Promise<(turn: number) => string> => {
      const started = await call(`http://${at(0)}/v2/${NAME}/blobs/uploads/`, { method: "POST" })
      const location = started.headers.get("location") ?? ""
      return (turn) => `http://${at(turn)}${location}`
    }
    const patch = (url: string, body: Uint8Array, start?: number) =>
      call(url, {
        method: "PATCH",
        body,
        headers: start === undefined ? {} : { "content-range": `${start}-${start + body.length - 1}` },
      })
    const close = (url: string, digest: Digest, body?: Uint8Array) =>
      call(`${url}?digest=${digest}`, { method: "PUT", ...(body && { body }) })
    const stored = async (digest: Digest): Promise<Buffer> =>
      (await call(`http://${at(1)}/v2/${NAME}/blobs/${digest}`)).bytes
    const leftovers = async (): Promise<readonly string[]> => {
      const keys: string[] = []
      for await (const { key } of driver.list("")) if (key.includes("/_uploads/")) keys.push(key)
      return keys
    }

    it(`lose none of ${WRITERS} referrers that are written at once, nor of those that are deleted`, async () => {
      const subject = image([layerOf("a subject")])
      const config = artifact(Buffer.from("{}"), { subject: subject.root })
      await pushContent(at(0), NAME, "first", config)
      await deleteManifest(at(1), NAME, config.root.digest)
      const referrers = Array.from({ length: WRITERS }, (_, index) => reportOn(subject.root, config, index))
      await Promise.all(referrers.map((each, turn) => putManifest(at(turn), NAME, each.digest, each)))
      const all = referrers.map(({ digest }) => digest).toSorted()
      expect(await listed(at(0), subject.root.digest)).toEqual(all)
      expect(await listed(at(1), subject.root.digest)).toEqual(all)
      expect(await listedByTag(at(0), subject.root.digest)).toEqual(all)

      const [gone, kept] = [referrers.slice(0, 10), referrers.slice(10)]
      const added = Array.from({ length: 10 }, (_, index) => reportOn(subject.root, config, WRITERS + index))
      await Promise.all([
        ...gone.map(({ digest }, turn) => deleteManifest(at(turn), NAME, digest)),
        ...added.map((each, turn) => putManifest(at(turn), NAME, each.digest, each)),
      ])
      const left = [...kept, ...added].map(({ digest }) => digest).toSorted()
      expect(await listed(at(1), subject.root.digest)).toEqual(left)
      expect(await listedByTag(at(1), subject.root.digest)).toEqual(left)
    })

    it("go on with an upload in turn", async () => {
      const bytes = randomBytes(3 * MiB)
      const url = await upload()
      for (const [turn, start] of [0, MiB, 2 * MiB].entries()) {
        const answer = await patch(url(turn), bytes.subarray(start, start + MiB), start)
        expect([answer.status, answer.headers.get("range")]).toEqual([202, `0-${start + MiB - 1}`])
      }
      expect((await close(url(1), digestOf(bytes))).status).toBe(201)
      expect((await stored(digestOf(bytes))).equals(bytes)).toBe(true)
      expect(await leftovers()).toEqual([])
    })

    it("publish a stream that the other has taken", async () => {
      const bytes = randomBytes(20 * MiB)
      const url = await upload()
      expect((await patch(url(1), bytes)).status).toBe(202)
      expect((await close(url(0), digestOf(bytes, "sha512"))).status).toBe(201)
      expect((await stored(digestOf(bytes, "sha512"))).equals(bytes)).toBe(true)
      expect(await leftovers()).toEqual([])
    })

    it("take one of two chunks for the same place, and refuse the other", async () => {
      const [mine, yours] = [randomBytes(MiB), randomBytes(MiB)]
      const url = await upload()
      const [one, other] = await Promise.all([patch(url(0), mine, 0), patch(url(1), yours, 0)])
      expect(new Set([one.status, other.status])).toEqual(new Set([202, 416]))
      const refused = one.status === 416 ? one : other
      expect(refused.headers.get("range")).toBe(`0-${MiB - 1}`)
      expect((await patch(url(0), Buffer.from("end"), MiB)).status).toBe(202)
      const bytes = Buffer.concat([one.status === 202 ? mine : yours, Buffer.from("end")])
      expect((await close(url(1), digestOf(bytes))).status).toBe(201)
      expect(await leftovers()).toEqual([])
    })

    it("forget no byte that was acknowledged when they are started anew", async () => {
      const bytes = randomBytes(2 * MiB)
      const url = await upload()
      const { pathname } = new URL(url(0))
      {
        await using before = await start()
        await patch(`http://${before.address}${pathname}`, bytes.subarray(0, MiB))
      }
      await using after = await start()
      const state = await call(`http://${after.address}${pathname}`)
      expect([state.status, state.headers.get("range")]).toEqual([204, `0-${MiB - 1}`])
      const last = await close(`http://${after.address}${pathname}`, digestOf(bytes), bytes.subarray(MiB))
      expect(last.status).toBe(201)
      expect((await stored(digestOf(bytes))).equals(bytes)).toBe(true)
    })

    it("refuse bytes that hash to something else, whoever has taken them", async () => {
      const url = await upload()
      await patch(url(0), Buffer.from("some"))
      await patch(url(1), Buffer.from("bytes"), 4)
      const absent = digestOf(Buffer.from("other bytes"))
      expect((await close(url(0), absent)).status).toBe(400)
      expect((await call(`http://${at(1)}/v2/${NAME}/blobs/${absent}`)).status).toBe(404)
      expect((await call(url(1))).status).toBe(404)
      expect(await leftovers()).toEqual([])
    })

    it("cancel what the other has begun", async () => {
      const url = await upload()
      await patch(url(0), Buffer.from("some"))
      expect((await call(url(1), { method: "DELETE" })).status).toBe(204)
      expect((await patch(url(0), Buffer.from("more"), 4)).status).toBe(404)
      expect(await leftovers()).toEqual([])
    })

    it("purge what nobody has gone on with, and only that", async () => {
      await patch((await upload())(0), Buffer.from("some"))
      const { uploads } = replicas[0].registry
      const minute = 60_000
      expect(await uploads.purge(new Date(Date.now() - minute))).toBe(0)
      expect(await leftovers()).toHaveLength(2)
      expect(await uploads.purge(new Date(Date.now() + minute))).toBeGreaterThan(0)
      expect(await leftovers()).toEqual([])
    })
  })
}

/** Another manifest about the subject, of blobs that are there. */
function reportOn(subject: Manifest, { root }: { readonly root: Manifest }, index: number): Manifest {
  const json = { ...JSON.parse(root.bytes.toString()), annotations: { index: String(index) } }
  const bytes = Buffer.from(JSON.stringify(json))
  expect(json.subject.digest).toBe(subject.digest)
  return { mediaType: root.mediaType, digest: digestOf(bytes), bytes }
}

const listed = (address: string, subject: Digest): Promise<readonly string[]> =>
  digestsAt(`http://${address}/v2/${NAME}/referrers/${subject}`)

const listedByTag = (address: string, subject: Digest): Promise<readonly string[]> =>
  digestsAt(`http://${address}/v2/${NAME}/manifests/sha256-${hexOf(subject)}`)

async function digestsAt(url: string): Promise<readonly string[]> {
  const { manifests } = JSON.parse((await call(url)).bytes.toString()) as {
    manifests: readonly { readonly digest: string }[]
  }
  return manifests.map(({ digest }) => digest).toSorted()
}
