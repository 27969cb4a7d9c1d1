import { Readable } from "node:stream"
import { describe, expect, it } from "vitest"
import { type ImageArchive, readImageArchive } from "../../../src/archive/image-archive.ts"
import { createTarWriter, readTar } from "../../../src/archive/tar.ts"
import { digestOf } from "../../../src/oci/digest.ts"
import { tarArchive, tarFile, tarHeader } from "../../support/tar.ts"

const layer = tarArchive([tarFile({ name: "etc/motd" }, "hello")])
const config = JSON.stringify({ rootfs: { diff_ids: [digestOf(layer)] } })
const hex = (bytes: Uint8Array | string) => digestOf(Buffer.from(bytes)).slice("sha256:".length)
const blob = (bytes: Uint8Array | string) => tarFile({ name: `blobs/sha256/${hex(bytes)}` }, bytes)

async function read(...entries: Buffer[]): Promise<{ archive: ImageArchive; layers: Map<string, string> }> {
  const layers = new Map<string, string>()
  const archive = await readImageArchive(Readable.from([tarArchive(entries)]), async ({ name, body }) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of body) chunks.push(chunk)
    layers.set(name, digestOf(Buffer.concat(chunks)))
  })
  return { archive, layers }
}

describe("an archive in the old shape", () => {
  const manifest = [{ Config: "c.json", RepoTags: ["app:1"], Layers: ["one/layer.tar", "two/layer.tar"] }]
  const entries = [
    tarFile({ name: "one/VERSION" }, "1.0"),
    tarFile({ name: `${"1".repeat(64)}/json` }, "{}"),
    tarFile({ name: "one/layer.tar" }, layer),
    tarHeader({ name: "two/layer.tar", type: "symlink", target: "../one/layer.tar" }),
    tarFile({ name: "c.json" }, config),
    tarFile({ name: "manifest.json" }, JSON.stringify(manifest)),
  ]

  it("has its layers by name, and a link is the layer that it points to", async () => {
    const { archive, layers } = await read(...entries)
    expect(archive.roots).toEqual([])
    expect(archive.image).toEqual({ config: "c.json", layers: ["one/layer.tar", "two/layer.tar"] })
    expect([...layers]).toEqual([["one/layer.tar", digestOf(layer)]])
    expect(archive.resolve("two/layer.tar")).toBe("one/layer.tar")
    expect(String(archive.document("c.json"))).toBe(config)
  })
})

describe("an OCI layout", () => {
  it("tells documents from layers by what they are, not by what they are called", async () => {
    const manifest = JSON.stringify({ schemaVersion: 2, layers: [] })
    const odd = `{"a layer": that begins like JSON`
    const root = {
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      digest: digestOf(Buffer.from(manifest)),
      size: manifest.length,
    }
    const { archive, layers } = await read(
      blob(layer),
      blob(odd),
      blob(manifest),
      blob(config),
      tarFile({ name: "oci-layout" }, `{"imageLayoutVersion":"1.0.0"}`),
      tarFile({ name: "index.json" }, JSON.stringify({ schemaVersion: 2, manifests: [root] })),
    )
    expect(archive.roots).toEqual([root])
    expect([...layers.values()]).toEqual([digestOf(layer), digestOf(Buffer.from(odd))])
    expect(String(archive.document(`blobs/sha256/${hex(manifest)}`))).toBe(manifest)
  })
})

it("is refused without an image in it, and when it is no archive or broken off", async () => {
  const none = async () => undefined
  await expect(read(tarFile({ name: "readme" }, "hello"))).rejects.toThrow(
    "There is no image in the archive.",
  )
  const text = Readable.from([Buffer.from("<html>".repeat(1000))])
  await expect(readImageArchive(text, none)).rejects.toMatchObject({ name: "ArchiveError" })
  const whole = tarArchive([tarFile({ name: "one/layer.tar" }, Buffer.alloc(100_000))])
  const part = Readable.from([whole.subarray(0, 50_000)])
  await expect(readImageArchive(part, none)).rejects.toMatchObject({ name: "ArchiveError" })
})

describe("writing", () => {
  async function* chunks(...texts: string[]): AsyncGenerator<Uint8Array, void> {
    for (const text of texts) yield Buffer.from(text)
  }

  it("gives what reading takes", async () => {
    const writer = createTarWriter()
    const written = (async () => {
      await writer.add("a/long/".repeat(30) + "name", 6, chunks("one", "two"))
      await writer.add("empty", 0, chunks())
      writer.end()
    })()
    const entries: [string, string][] = []
    for await (const { name, body } of readTar(writer.archive)) {
      let text = ""
      for await (const chunk of body) text += String(Buffer.from(chunk))
      entries.push([name, text])
    }
    await written
    expect(entries).toEqual([
      ["a/long/".repeat(30) + "name", "onetwo"],
      ["empty", ""],
    ])
  })

  it("does not wait for a reader that has gone", async () => {
    const writer = createTarWriter()
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(64 * 1024)
      })(),
    ) as AsyncIterable<Uint8Array>
    const written = writer.add("large", 1e12, endless)
    for await (const _ of writer.archive) break
    await expect(written).rejects.toThrow()
  })
})
