import { setImmediate } from "node:timers/promises"
import { beforeEach, describe, expect, it } from "vitest"
import { type Digest, digestOf } from "../../../src/oci/digest.ts"
import type { RepositoryName, Tag } from "../../../src/oci/reference.ts"
import {
  blobData,
  layerLink,
  layersRoot,
  revisionLink,
  tagCurrent,
  tagIndex,
} from "../../../src/registry/layout.ts"
import { createMemoryBudget } from "../../../src/storage/budget.ts"
import { StorageError, type StorageDriver } from "../../../src/storage/driver.ts"
import { createMemoryDriver } from "../../../src/storage/memory.ts"
import type { VerifyEvent } from "../../../src/upkeep/events.ts"
import { verify, type VerifyOptions } from "../../../src/upkeep/verify.ts"
import { MiB } from "../../support/bytes.ts"
import { APP, contents, OTHER, plantStore, putContent, V1, V2 } from "../../support/planted-store.ts"

let driver: StorageDriver

beforeEach(async () => {
  driver = createMemoryDriver()
  await plantStore(driver)
})

const check = (options: Partial<VerifyOptions> = {}) =>
  verify({ driver, budget: createMemoryBudget(16 * MiB), scope: {}, ...options })

const [config, shared, own] = [...contents.v1.blobs.keys()] as [Digest, Digest, Digest]
const root = contents.v1.root.digest
const [amd64, arm64] = contents.index.children.map(({ digest }) => digest) as [Digest, Digest]
const sizeOf = (digest: Digest) => contents.v1.blobs.get(digest)?.length ?? 0

const remove = (key: string) => driver.delete(key)
const put = (key: string, text: string) => driver.write(key, Buffer.from(text))
/** One wrong byte, of the right length. */
async function flip(digest: Digest): Promise<void> {
  const bytes = Buffer.from(contents.v1.blobs.get(digest) ?? contents.v1.root.bytes)
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
  await driver.write(blobData(digest), bytes)
}

const ALL_OF_BASE = ["other:v1", "team/app:v1", "team/app:v2"]

describe("a whole store", () => {
  it("is found whole, each blob read once", async () => {
    const read: string[] = []
    const counting: StorageDriver = {
      ...driver,
      read: (key, options) => {
        read.push(key)
        return driver.read(key, options)
      },
    }
    expect(await check({ driver: counting })).toEqual({ tags: 4, repositories: 2, damage: [] })
    const blobs = read.filter((key) => key.includes("/blobs/"))
    expect(blobs.length).toBe(new Set(blobs).size)
    expect(blobs).toContain(blobData(shared))
  })

  it("with nothing in it is whole too", async () => {
    expect(await check({ driver: createMemoryDriver() })).toEqual({ tags: 0, repositories: 0, damage: [] })
  })

  it.each([
    ["as many objects at a time as were asked for", { concurrency: 2 }, 2],
    ["one at a time if so asked", { concurrency: 1 }, 1],
    ["as many blobs as there is memory for", { budget: createMemoryBudget(3 * MiB) }, 3],
  ])("is read %s", async (_, options, most) => {
    let open = 0
    let seen = 0
    const noting: StorageDriver = {
      ...driver,
      async read(key, options) {
        const object = await driver.read(key, options)
        if (!key.includes("/blobs/")) return object
        open += 1
        await setImmediate()
        seen = Math.max(seen, open)
        async function* chunks(): AsyncGenerator<Uint8Array> {
          yield* object.body
          open -= 1
        }
        return { ...object, body: { ...object.body, [Symbol.asyncIterator]: chunks } }
      },
    }
    expect((await check({ driver: noting, ...options })).damage).toEqual([])
    expect(seen).toBe(most)
  })

  it("is written to by nobody", async () => {
    const denied = () => Promise.reject(new Error("it wrote"))
    const readOnly: StorageDriver = {
      ...driver,
      write: denied,
      delete: denied,
      createUpload: denied,
      move: denied,
    }
    expect((await check({ driver: readOnly })).tags).toBe(4)
  })

  it("tells how many bytes there are to read before it has read them", async () => {
    const events: VerifyEvent[] = []
    await check({ onEvent: (event) => events.push(event) })
    const sum = (type: VerifyEvent["type"]) =>
      events.reduce((sum, event) => sum + (event.type === type && "bytes" in event ? event.bytes : 0), 0)
    const count = (type: VerifyEvent["type"]) => events.filter((event) => event.type === type).length
    expect(count("checked")).toBe(count("found"))
    expect(sum("read")).toBe(sum("checked"))
  })
})

interface Planted {
  readonly what: string
  readonly plant: () => Promise<unknown>
  readonly key: string
  readonly damage: { kind: string; level?: string; text: string | RegExp; breaks: readonly string[] }
  /** --quick does not see it. */
  readonly unseen?: true
}

const DAMAGE: readonly Planted[] = [
  {
    what: "a missing layer that three tags share",
    plant: () => remove(blobData(shared)),
    key: blobData(shared),
    damage: { kind: "missing", text: "the layer is missing", breaks: ALL_OF_BASE },
  },
  {
    what: "a missing configuration",
    plant: () => remove(blobData(config)),
    key: blobData(config),
    damage: { kind: "missing", text: "the configuration is missing", breaks: ["team/app:v1"] },
  },
  {
    what: "a layer that is missing together with its link",
    plant: () => Promise.all([remove(blobData(own)), remove(layerLink(APP, own))]),
    key: blobData(own),
    damage: { kind: "missing", text: "the layer is missing", breaks: ["team/app:v1"] },
  },
  {
    what: "a layer cut short",
    plant: () => put(blobData(own), "cut"),
    key: blobData(own),
    damage: { kind: "size", text: `the layer has 3 bytes, not ${sizeOf(own)}`, breaks: ["team/app:v1"] },
  },
  {
    what: "an empty layer",
    plant: () => put(blobData(own), ""),
    key: blobData(own),
    damage: { kind: "size", text: `the layer has 0 bytes, not ${sizeOf(own)}`, breaks: ["team/app:v1"] },
  },
  {
    what: "a layer with a wrong bit",
    plant: () => flip(shared),
    key: blobData(shared),
    damage: {
      kind: "corrupt",
      text: /^the layer is corrupt: its bytes hash to sha256:[a-f0-9]{64}$/,
      breaks: ALL_OF_BASE,
    },
    unseen: true,
  },
  {
    what: "a missing manifest",
    plant: () => remove(blobData(root)),
    key: blobData(root),
    damage: { kind: "missing", text: "the manifest is missing", breaks: ["team/app:v1"] },
  },
  {
    what: "a manifest with a wrong bit",
    plant: () => flip(root),
    key: blobData(root),
    damage: { kind: "corrupt", text: /^the manifest is corrupt/, breaks: ["team/app:v1"] },
  },
  {
    what: "a manifest larger than any",
    plant: () => driver.write(blobData(root), Buffer.alloc(4 * MiB + 1)),
    key: blobData(root),
    damage: {
      kind: "corrupt",
      text: "the manifest is larger than any manifest may be",
      breaks: ["team/app:v1"],
    },
  },
  {
    what: "a missing platform",
    plant: () => Promise.all([remove(blobData(arm64)), remove(revisionLink(OTHER, arm64))]),
    key: blobData(arm64),
    damage: {
      kind: "missing",
      text: "the manifest of linux/arm64 is missing, so that platform cannot be pulled",
      breaks: ["other:v2"],
    },
  },
  {
    what: "a platform cut short",
    plant: () => put(blobData(amd64), "{}"),
    key: blobData(amd64),
    damage: {
      kind: "size",
      text: /^the manifest of linux\/amd64 has 2 bytes, not \d+$/,
      breaks: ["other:v2"],
    },
  },
  {
    what: "a missing layer link",
    plant: () => remove(layerLink(APP, shared)),
    key: layerLink(APP, shared),
    damage: {
      kind: "unlinked",
      text: "the repository's link to the layer is missing, by which registries find it",
      breaks: ["team/app:v1", "team/app:v2"],
    },
  },
  {
    what: "a missing revision link",
    plant: () => remove(revisionLink(APP, root)),
    key: revisionLink(APP, root),
    damage: {
      kind: "unlinked",
      text: "the repository's link to the manifest is missing, by which registries find it",
      breaks: ["team/app:v1"],
    },
  },
  {
    what: "a link with a newline",
    plant: () => put(layerLink(APP, own), `${own}\n`),
    key: layerLink(APP, own),
    damage: { kind: "corrupt", text: /^the link/, breaks: ["team/app:v1"] },
  },
  {
    what: "an empty link",
    plant: () => put(revisionLink(APP, root), ""),
    key: revisionLink(APP, root),
    damage: { kind: "corrupt", text: /^the link/, breaks: ["team/app:v1"] },
  },
  {
    what: "a link to something else",
    plant: () => put(layerLink(APP, own), shared),
    key: layerLink(APP, own),
    damage: { kind: "corrupt", text: `the link names ${shared}`, breaks: ["team/app:v1"] },
    unseen: true,
  },
  {
    what: "a tag that names no digest",
    plant: () => put(tagCurrent(APP, V1), "garbage"),
    key: tagCurrent(APP, V1),
    damage: { kind: "corrupt", text: "the tag names no digest", breaks: ["team/app:v1"] },
  },
  {
    what: "a tag that an interrupted push has begun",
    plant: () => put(tagIndex(APP, "v3" as Tag, root), root),
    key: tagCurrent(APP, "v3" as Tag),
    damage: {
      kind: "missing",
      level: "warning",
      text: /^the tag is listed but names nothing/,
      breaks: ["team/app:v3"],
    },
  },
]

describe.each(DAMAGE)("$what", ({ plant, key, damage, unseen }) => {
  const expected = [
    {
      key,
      ...damage,
      level: damage.level ?? "error",
      text: damage.text instanceof RegExp ? expect.stringMatching(damage.text) : damage.text,
    },
  ]
  const found = async (quick: boolean) =>
    (await check({ quick })).damage.map(({ kind, level, key, text, breaks }) => ({
      kind,
      level,
      key,
      text,
      breaks,
    }))

  it("is the one thing that is found, with what it breaks", async () => {
    await plant()
    expect(await found(false)).toEqual(expected)
  })

  it(unseen ? "is beyond a quick look" : "is found by a quick look, too", async () => {
    await plant()
    expect(await found(true)).toEqual(unseen ? [] : expected)
  })
})

describe("manifests of other shapes", () => {
  const tag = "x" as Tag
  const name = "shapes" as RepositoryName

  it("are whole: a blob named by sha512, and one that a stock registry keeps by sha256", async () => {
    await putContent(driver, name, tag, contents.sha512)
    expect((await check({ scope: { name } })).damage).toEqual([])
    const [digest, bytes] = [...contents.sha512.blobs].find(([digest]) => digest.startsWith("sha512:")) ?? []
    if (!digest || !bytes) throw new TypeError("no such blob")
    await driver.delete(blobData(digest))
    await driver.write(blobData(digestOf(bytes)), bytes)
    expect((await check({ scope: { name } })).damage).toMatchObject([{ kind: "missing" }])
    await driver.write(layerLink(name, digest), Buffer.from(digestOf(bytes)))
    expect((await check({ scope: { name } })).damage).toEqual([])
    await driver.write(blobData(digestOf(bytes)), Buffer.alloc(bytes.length))
    expect((await check({ scope: { name } })).damage).toMatchObject([
      { kind: "corrupt", key: blobData(digestOf(bytes)), breaks: ["shapes:x"] },
    ])
  })

  it("need a layer link, also an index of nothing", async () => {
    await putContent(driver, name, tag, contents.empty)
    expect((await check({ scope: { name } })).damage).toEqual([])
    await driver.delete(layerLink(name, contents.empty.root.digest))
    expect((await check({ scope: { name } })).damage).toMatchObject([
      { kind: "unlinked", level: "warning", key: layersRoot(name), breaks: ["shapes:x"] },
    ])
  })

  it("warn of an attestation that is missing, which nobody pulls", async () => {
    const absent = digestOf(Buffer.from("attestation"))
    const bytes = Buffer.from(
      JSON.stringify({
        ...(JSON.parse(contents.index.root.bytes.toString()) as object),
        manifests: [
          ...(JSON.parse(contents.index.root.bytes.toString()) as { manifests: object[] }).manifests,
          { digest: absent, size: 11, platform: { os: "unknown", architecture: "unknown" } },
        ],
      }),
    )
    const digest = digestOf(bytes)
    await driver.write(blobData(digest), bytes)
    await driver.write(revisionLink(OTHER, digest), Buffer.from(digest))
    await driver.write(tagCurrent(OTHER, tag), Buffer.from(digest))
    expect((await check()).damage).toMatchObject([
      { kind: "missing", level: "warning", key: blobData(absent), breaks: ["other:x"] },
    ])
  })

  it("that lie about the size of a layer are wrong, and those that do not are not", async () => {
    const lying = Buffer.from(
      contents.v1.root.bytes.toString().replaceAll(`"size":${sizeOf(own)}`, `"size":7`),
    )
    const digest = digestOf(lying)
    await driver.write(blobData(digest), lying)
    await driver.write(revisionLink(APP, digest), Buffer.from(digest))
    await driver.write(tagCurrent(APP, tag), Buffer.from(digest))
    expect((await check()).damage).toMatchObject([
      {
        kind: "size",
        key: blobData(own),
        text: `the layer has ${sizeOf(own)} bytes, not 7`,
        breaks: ["team/app:x"],
      },
    ])
  })

  it("that no registry reads are damage", async () => {
    const bytes = Buffer.from('{"schemaVersion":1}')
    const digest = digestOf(bytes)
    await driver.write(blobData(digest), bytes)
    await driver.write(revisionLink(APP, digest), Buffer.from(digest))
    await driver.write(tagCurrent(APP, tag), Buffer.from(digest))
    expect((await check()).damage).toMatchObject([
      {
        kind: "corrupt",
        text: expect.stringMatching(/^the manifest is not one that registries read/),
        breaks: ["team/app:x"],
      },
    ])
  })
})

describe("the scope", () => {
  beforeEach(() => remove(blobData(own)))

  it.each([
    ["a tag that is broken", { name: APP, reference: { tag: V1 } }, 1, 1],
    ["a tag that is not", { name: APP, reference: { tag: V2 } }, 1, 0],
    ["a digest", { name: APP, reference: { digest: root } }, 1, 1],
    ["a repository", { name: APP }, 2, 1],
    ["another repository", { name: OTHER }, 2, 0],
    ["the store", {}, 4, 1],
  ] as const)("is %s", async (_, scope, tags, errors) => {
    const result = await check({ scope })
    expect({ tags: result.tags, errors: result.damage.length }).toEqual({ tags, errors })
  })

  it("is a digest that is not there: it is missing", async () => {
    const digest = digestOf(Buffer.from("nothing"))
    expect((await check({ scope: { name: APP, reference: { digest } } })).damage).toMatchObject([
      { kind: "missing", breaks: [`team/app@${digest}`] },
    ])
  })

  it.each([
    ["a tag", { name: APP, reference: { tag: "v9" as Tag } }, "The store has no tag 'team/app:v9'."],
    ["a repository", { name: "none" as RepositoryName }, "The store has no tag of 'none'."],
  ] as const)("is %s that is not there: an error", async (_, scope, message) => {
    await expect(check({ scope })).rejects.toThrow(message)
  })

  it("says why nothing may be found although it is there", async () => {
    const why = "The names begin with a slash."
    const explaining = { ...createMemoryDriver(), explainAbsence: async () => why }
    await expect(check({ driver: explaining, scope: { name: APP } })).rejects.toThrow(`'team/app'. ${why}`)
    const events: VerifyEvent[] = []
    await check({ driver: explaining, onEvent: (event) => events.push(event) })
    expect(events).toEqual([{ type: "warning", text: why }])
  })
})

describe("what was found good before", () => {
  function remembering() {
    const digests = new Set<Digest>()
    return {
      digests,
      has: (digest: Digest) => digests.has(digest),
      add: async (digest: Digest) => void digests.add(digest),
    }
  }

  it("is not read again, only asked for its size", async () => {
    const known = remembering()
    await check({ known })
    expect(known.digests).toContain(shared)
    await flip(shared)
    expect((await check({ known })).damage).toEqual([])
    await put(blobData(shared), "cut")
    expect((await check({ known })).damage).toMatchObject([{ kind: "size", breaks: ALL_OF_BASE }])
  })

  it("is only what was good", async () => {
    await flip(shared)
    const known = remembering()
    await check({ known })
    expect(known.digests.has(shared)).toBe(false)
    expect(known.digests.has(own)).toBe(true)
  })
})

it("ends with the store's error, not with damage, where the store fails", async () => {
  const failing: StorageDriver = {
    ...driver,
    read: (key, options) =>
      key === blobData(own)
        ? Promise.reject(new StorageError("UNAVAILABLE", "It is down.", { driver: "memory" }))
        : driver.read(key, options),
  }
  await expect(check({ driver: failing })).rejects.toMatchObject({ code: "UNAVAILABLE" })
})

it("is broken off by its signal", async () => {
  const interruption = new AbortController()
  const reason = new Error("enough")
  const ran = check({ signal: interruption.signal, onEvent: () => interruption.abort(reason) })
  await expect(ran).rejects.toBe(reason)
})
