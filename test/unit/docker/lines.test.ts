import { expect, test } from "vitest"
import { jsonLines } from "../../../src/docker/lines.ts"
import { collect } from "./collect.ts"

async function* chunksOf(bytes: Uint8Array, size: number) {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

const TEXT = '{"status":"Größe 日本 🐳"}\r\n\r\n{"id":"b"}\n[1]'
const VALUES = [{ status: "Größe 日本 🐳" }, { id: "b" }, [1]]

test.each([1, 2, 3, 7, 1000])("reads the same from chunks of %i bytes", async (size) => {
  expect(await collect(jsonLines(chunksOf(Buffer.from(TEXT), size)))).toEqual(VALUES)
})

test("yields a line before the next chunk is there", async () => {
  const lines = jsonLines(
    (async function* () {
      yield Buffer.from('{"id":1}\n{"id"')
      throw new Error("asked too early")
    })(),
  )
  expect(await lines.next()).toEqual({ done: false, value: { id: 1 } })
  await expect(lines.next()).rejects.toThrow("asked too early")
})

test("leaves the source when the reader leaves", async () => {
  let left = false
  const source = (async function* () {
    try {
      while (true) yield Buffer.from("1\n")
    } finally {
      left = true
    }
  })()
  for await (const _ of jsonLines(source)) break
  expect(left).toBe(true)
})

test("refuses what is no JSON", async () => {
  await expect(collect(jsonLines(chunksOf(Buffer.from("<html>\n"), 100)))).rejects.toThrow(SyntaxError)
})
