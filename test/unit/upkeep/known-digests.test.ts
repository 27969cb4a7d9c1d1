import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"
import { digestOf } from "../../../src/oci/digest.ts"
import { openKnownDigests, StateFileError } from "../../../src/upkeep/known-digests.ts"

const STORE = "s3://images"
const one = digestOf(Buffer.from("one"))
const other = digestOf(Buffer.from("other"), "sha512")

let folder: string
let file: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-state-"))
  file = join(folder, "seen")
})
afterEach(() => rm(folder, { recursive: true }))

it("remembers from one time to the next", async () => {
  const first = await openKnownDigests(file, STORE)
  expect(first.has(one)).toBe(false)
  await first.add(one)
  await first.add(other)
  expect(first.has(one)).toBe(true)
  const second = await openKnownDigests(file, STORE)
  expect([one, other].map((digest) => second.has(digest))).toEqual([true, true])
})

it("is one line each, which is there as soon as it is known", async () => {
  const known = await openKnownDigests(file, STORE)
  await known.add(one)
  await known.add(one)
  expect((await readFile(file, "utf8")).split("\n").slice(1)).toEqual([one, ""])
})

it("takes up wherever a writer was killed", async () => {
  await (await openKnownDigests(file, STORE)).add(one)
  const whole = await readFile(file)
  for (let length = 0; length <= whole.length; length += 1) {
    await writeFile(file, whole.subarray(0, length))
    const known = await openKnownDigests(file, STORE)
    expect(known.has(one)).toBe(length >= whole.length - 1)
    await known.add(other)
    const again = await openKnownDigests(file, STORE)
    expect([again.has(one), again.has(other)]).toEqual([length >= whole.length - 1, true])
  }
})

it("takes two writers at a time", async () => {
  const one = await openKnownDigests(file, STORE)
  const other = await openKnownDigests(file, STORE)
  const digests = Array.from({ length: 200 }, (_, index) => digestOf(Buffer.from(String(index))))
  await Promise.all(digests.map((digest, index) => (index % 2 ? one : other).add(digest)))
  const known = await openKnownDigests(file, STORE)
  expect(digests.every((digest) => known.has(digest))).toBe(true)
})

it("refuses the file of another store, and one that is something else, and leaves it as it is", async () => {
  await openKnownDigests(file, "s3://other")
  const before = await readFile(file)
  await expect(openKnownDigests(file, STORE)).rejects.toThrow(/is about s3:\/\/other, not s3:\/\/images/)
  expect(await readFile(file)).toEqual(before)
  await writeFile(file, "my notes\n")
  await expect(openKnownDigests(file, STORE)).rejects.toThrow(/was not written by verify/)
  expect(await readFile(file, "utf8")).toBe("my notes\n")
})

it("says what cannot be read or written", async () => {
  await expect(openKnownDigests(folder, STORE)).rejects.toThrow(StateFileError)
  await expect(openKnownDigests(join(folder, "none", "seen"), STORE)).rejects.toThrow(
    /none\/seen' cannot be used/,
  )
})
