import { randomBytes } from "node:crypto"
import { gunzipSync, zstdDecompressSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { compress, type Compression } from "../../../src/archive/compress.ts"
import { MiB } from "../../support/bytes.ts"

const UNPACK = { gzip: gunzipSync, zstd: zstdDecompressSync } as const

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Uint8Array, void> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

async function packed(bytes: Buffer, algorithm: Compression, size = 64 * 1024): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of compress(inChunks(bytes, size), { algorithm })) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe.each(["gzip", "zstd"] as const)("%s", (algorithm) => {
  it.each([0, 1, 2 * MiB - 1, 2 * MiB, 2 * MiB + 1, 11 * MiB])(
    "of %d bytes is one stream to every reader",
    async (size) => {
      const bytes = randomBytes(size)
      expect(UNPACK[algorithm](await packed(bytes, algorithm)).equals(bytes)).toBe(true)
    },
  )

  it("does not depend on how the bytes arrive", async () => {
    const bytes = Buffer.from("layers ".repeat(MiB))
    expect((await packed(bytes, algorithm, 1000)).equals(await packed(bytes, algorithm, MiB))).toBe(true)
  })

  it("fails as its source fails", async () => {
    async function* broken(): AsyncGenerator<Uint8Array, void> {
      yield randomBytes(5 * MiB)
      throw new Error("the daemon died")
    }
    const read = async () => {
      for await (const _ of compress(broken(), { algorithm }));
    }
    await expect(read()).rejects.toThrow("the daemon died")
  })
})

it("says nothing of the system that it runs on", async () => {
  const file = await packed(Buffer.from("x"), "gzip")
  expect([...file.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])
})

it("stores what cannot get smaller, and compresses what is beside it", async () => {
  const random = randomBytes(4 * MiB)
  const text = Buffer.from("layers ".repeat(MiB)).subarray(0, 4 * MiB)
  const stored = await packed(random, "gzip")
  // Stored blocks of deflate: five bytes for each 64 KiB.
  expect(stored.length).toBeGreaterThan(random.length)
  expect(stored.length).toBeLessThan(random.length * 1.001)
  const mixed = await packed(Buffer.concat([random, text]), "gzip")
  expect(mixed.length).toBeLessThan(stored.length + MiB / 10)
  expect(gunzipSync(mixed).equals(Buffer.concat([random, text]))).toBe(true)
})
