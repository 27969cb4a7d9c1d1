import { gzipSync, zstdCompressSync } from "node:zlib"
import { expect, it } from "vitest"
import { recognise } from "../../../src/archive/content.ts"
import { tarArchive, tarFile } from "../../support/tar.ts"

const tar = tarArchive([tarFile({ name: "file" }, "content")])

async function* bytewise(bytes: Buffer): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100)
}

it.each([
  ["a tar archive", tar, "tar"],
  ["a tar archive of nothing", Buffer.alloc(1024), "tar"],
  ["gzip", gzipSync(tar), "gzip"],
  ["zstd", zstdCompressSync(tar), "zstd"],
  ["JSON", Buffer.from(JSON.stringify({ predicate: "x".repeat(1000) })), "other"],
  ["a single byte", Buffer.from([0x1f]), "other"],
  ["nothing", Buffer.alloc(0), "other"],
] as const)("%s is recognised, and none of it is lost", async (_, bytes, expected) => {
  const { content, body } = await recognise(bytewise(bytes))
  expect(content).toBe(expected)
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
})
