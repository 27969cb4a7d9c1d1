import { type FileHandle, mkdtemp, open, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as fc from "fast-check"
import { pack } from "tar-stream"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { indexTar } from "../../../src/archive/tar-index.ts"
import { collect } from "../../support/bytes.ts"
import { tarArchive, tarFile, tarHeader } from "../../support/tar.ts"

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-tar-"))
})
afterAll(() => rm(folder, { recursive: true }))

/** What each entry holds, or what it links to. */
async function entriesOf(archive: Buffer): Promise<Record<string, string>> {
  const path = join(folder, "archive.tar")
  await writeFile(path, archive)
  await using file = await open(path)
  const slots = await indexTar(file, archive.length, "'archive.tar'")
  return Object.fromEntries(
    [...slots].map(([name, { offset, size, target }]) => [
      name,
      target === undefined ? String(archive.subarray(offset, offset + size)) : `-> ${target}`,
    ]),
  )
}

/** The size in base 256, as for files of more than 8 GiB. */
function withBinarySize(file: Buffer, size: number): Buffer {
  file.fill(0, 124, 136)
  file[124] = 0x80
  file.writeUInt32BE(size, 132)
  sign(file.subarray(0, 512))
  return file
}

describe("an archive", () => {
  it("has its files by name, and links by where they lead", async () => {
    const archive = tarArchive([
      tarFile({ name: "./a" }, "one"),
      tarFile({ name: "b/empty" }),
      tarHeader({ name: "b/soft", type: "symlink", target: "../a" }),
      tarFile({ name: "c" }, "x".repeat(1024)),
    ])
    expect(await entriesOf(archive)).toEqual({
      a: "one",
      "b/empty": "",
      "b/soft": "-> a",
      c: "x".repeat(1024),
    })
  })

  it("can have long names, other alphabets, hard links, folders, and sizes in base 256", async () => {
    const long = `${"folder/".repeat(40)}file`
    const packer = pack()
    packer.entry({ name: long }, "long")
    packer.entry({ name: "日本/名" }, "other")
    packer.entry({ name: "folder", type: "directory" })
    packer.entry({ name: "hard", type: "link", linkname: long })
    packer.finalize()
    const big = withBinarySize(tarFile({ name: "big" }, "base 256"), 8)
    const archive = Buffer.concat([big, await collect(packer as AsyncIterable<Uint8Array>)])
    expect(await entriesOf(archive)).toEqual({
      big: "base 256",
      [long]: "long",
      "日本/名": "other",
      hard: `-> ${long}`,
    })
  })

  it("need not have its end, nor the padding before it", async () => {
    const file = tarFile({ name: "a" }, "one")
    expect(await entriesOf(file)).toEqual({ a: "one" })
    expect(await entriesOf(file.subarray(0, 515))).toEqual({ a: "one" })
  })

  it.each([
    ["is broken off", tarFile({ name: "a" }, "x".repeat(2000)).subarray(0, 1024), /is broken off/],
    ["is broken off in a header", Buffer.concat([tarFile({ name: "a" }), Buffer.alloc(99, 1)]), /broken off/],
    ["is something else", Buffer.from("<html>".repeat(200)), /is no tar archive/],
    ["is damaged", Buffer.concat([tarFile({ name: "a" }), Buffer.alloc(512, 1)]), /byte 512 begins no entry/],
    ["is empty", Buffer.alloc(1024), /is no tar archive/],
    ["leads out of itself", tarArchive([tarFile({ name: "blobs/../../etc/passwd" }, "x")]), /leads out of/],
    ["begins at the root", tarArchive([tarFile({ name: "/etc/passwd" }, "x")]), /leads out of the archive/],
  ])("is refused that %s", async (_, archive, reason) => {
    await expect(entriesOf(archive)).rejects.toMatchObject({
      name: "ArchiveError",
      code: "DAMAGED",
      message: expect.stringMatching(reason),
    })
  })
})

it("is read or refused whatever stands in its headers, and never for ever", async () => {
  const packer = pack()
  packer.entry({ name: `${"long/".repeat(30)}名` }, "x".repeat(700))
  packer.entry({ name: "link", type: "symlink", linkname: "../a" })
  packer.entry({ name: "a" }, "one")
  packer.finalize()
  const whole = await collect(packer as AsyncIterable<Uint8Array>)
  const bytes = fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 }))
  const property = fc.asyncProperty(fc.array(bytes, { minLength: 1, maxLength: 4 }), async (changes) => {
    const archive = Buffer.from(whole)
    for (const [position, byte] of changes) {
      archive[position] = byte
      sign(archive.subarray(position - (position % 512)).subarray(0, 512))
    }
    const read = async (buffer: Buffer, offset: number, length: number, position: number) => ({
      bytesRead: archive.copy(buffer, offset, position, position + length),
    })
    try {
      const slots = await indexTar({ read } as unknown as FileHandle, archive.length, "it")
      for (const [name, { offset, size }] of slots) {
        expect(name).not.toMatch(/^\/|(^|\/)\.\.(\/|$)/)
        expect(offset + size).toBeLessThanOrEqual(archive.length)
      }
    } catch (error) {
      expect(error).toMatchObject({ name: "ArchiveError" })
    }
  })
  await fc.assert(property, { numRuns: 2000, seed: 1 })
})

/** Makes the sum of a header right again, where it is one. */
function sign(header: Buffer): void {
  if (header.toString("latin1", 257, 262) !== "ustar") return
  header.fill(" ", 148, 156)
  const sum = header.reduce((sum, byte) => sum + byte, 0)
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148)
}
