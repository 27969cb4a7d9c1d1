import { expect, it } from "vitest"
import { collected, copied, givingBack, once } from "../../src/chunks.ts"
import { chunksOf } from "../support/bytes.ts"

it("gives a chunk's memory back when the next one is asked for", async () => {
  const own = [Buffer.alloc(10_000, "a"), Buffer.alloc(20_000, "b")]
  const chunks = givingBack(chunksOf(...own))
  expect((await chunks.next()).value).toBe(own[0])
  expect(own.map(({ length }) => length)).toEqual([10_000, 20_000])
  expect((await chunks.next()).value).toBe(own[1])
  expect(own.map(({ length }) => length)).toEqual([0, 20_000])
  expect((await chunks.next()).done).toBe(true)
  expect(own.map(({ length }) => length)).toEqual([0, 0])
})

it("leaves memory alone of which a chunk is a part", async () => {
  const whole = Buffer.alloc(10_000, "a")
  for await (const _ of givingBack(chunksOf(whole.subarray(0, 5000))));
  expect(whole.length).toBe(10_000)
})

it("copies what is to be kept of a buffer that is filled again", async () => {
  async function* refilling(): AsyncGenerator<Uint8Array> {
    const buffer = Buffer.alloc(3)
    for (const letter of "abc") yield buffer.fill(letter)
  }
  const kept: Buffer[] = []
  for await (const chunk of copied(refilling())) kept.push(chunk)
  expect(kept.map(String)).toEqual(["aaa", "bbb", "ccc"])
  expect(String(await collected(refilling()))).toBe("aaabbbccc")
})

it("has no chunk for no bytes", async () => {
  expect(await collected(once(Buffer.alloc(0)))).toEqual(Buffer.alloc(0))
  expect((await once(Buffer.alloc(0)).next()).done).toBe(true)
  expect(String((await once(Buffer.from("x")).next()).value)).toBe("x")
})
