import { randomFillSync } from "node:crypto"
import { afterAll, describe, expect, it } from "vitest"
import { digestOf } from "../../../src/oci/digest.ts"
import { createHashThreads, type StreamHash } from "../../../src/registry/hash-threads.ts"

const MiB = 1024 * 1024
const LARGE = 9 * MiB

const threads = createHashThreads(2)
afterAll(() => threads[Symbol.asyncDispose]())

const bytes = randomFillSync(Buffer.alloc(LARGE))

/** In pieces of `size` bytes, each wiped as soon as it may be. */
async function feed(hash: StreamHash, content: Uint8Array, size: number): Promise<void> {
  for (let start = 0; start < content.length; start += size) {
    const chunk = Buffer.from(content.subarray(start, start + size))
    await hash.update(chunk)
    chunk.fill(0)
  }
}

describe("hashes of streams", () => {
  it.each([
    ["sha256", 64 * 1024],
    ["sha256", 65_537],
    ["sha512", 3 * MiB],
    ["sha256", LARGE],
  ] as const)("are %s in pieces of %i bytes", async (algorithm, size) => {
    using hash = threads.create(algorithm, LARGE)
    await feed(hash, bytes, size)
    expect(await hash.digest()).toBe(digestOf(bytes, algorithm))
  })

  it.each([0, 1, 1000])("are those of %i bytes, whatever was announced", async (size) => {
    using hash = threads.create("sha256", LARGE)
    await feed(hash, bytes.subarray(0, size), 100)
    expect(await hash.digest()).toBe(digestOf(bytes.subarray(0, size)))
  })

  it("do not mix with each other, however many there are", async () => {
    const digests = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        using hash = threads.create("sha256", LARGE)
        const content = Buffer.from(bytes)
        content[index] = (content[index] ?? 0) ^ 1
        await feed(hash, content, 256 * 1024 + index)
        return [await hash.digest(), digestOf(content)]
      }),
    )
    for (const [actual, expected] of digests) expect(actual).toBe(expected)
  })

  it("may be given up at any moment, and others go on", async () => {
    for (let round = 0; round < 30; round++) {
      using hash = threads.create("sha256", LARGE)
      await feed(hash, bytes.subarray(0, round * 300_000), MiB)
    }
    using hash = threads.create("sha256", LARGE)
    await feed(hash, bytes, MiB)
    expect(await hash.digest()).toBe(digestOf(bytes))
  })

  it("are made without threads where there is one processor, or next to nothing to hash", async () => {
    await using none = createHashThreads(0)
    using hash = none.create("sha256", LARGE)
    expect(hash.update(bytes)).toBeUndefined()
    using small = threads.create("sha256", 100)
    expect(small.update(bytes.subarray(0, 100))).toBeUndefined()
    expect([await hash.digest(), await small.digest()]).toEqual([
      digestOf(bytes),
      digestOf(bytes.subarray(0, 100)),
    ])
  })
})
