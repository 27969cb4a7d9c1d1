/**
 * Images that are files: pushed from and pulled to layouts and archives. The environment of these tests has no daemon.
 */
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { digestOf, hexOf } from "../../src/oci/digest.ts"
import { blobData } from "../../src/registry/layout.ts"
import { archiveOf, blobName, layoutFiles, type NamedContent, writeFiles } from "../support/layout.ts"
import { artifact, type Content, digestsOf, image, layerOf, multiPlatform } from "../support/oci-content.ts"
import { tarArchive, tarFile, tarHeader } from "../support/tar.ts"
import { type Ran, run, type RunOptions } from "./run.ts"

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-files-"))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const oci = (line: string, options: RunOptions = {}): Promise<Ran> =>
  run(line.split(" "), { cwd: folder, ...options })

/** What standard output says, where it worked. */
async function succeed(line: string, options: RunOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await oci(line, options)
  expect(code, `${line}\n${stderr}`).toBe(0)
  return stdout
}

const app = image([layerOf("one"), layerOf("two")])
const multi = multiPlatform("many")
const layout = (name: string, ...images: readonly NamedContent[]) =>
  writeFiles(join(folder, name), layoutFiles(...images))
const read = (...path: string[]) => readFile(join(folder, ...path))
const index = async (name: string) =>
  (JSON.parse(String(await read(name, "index.json"))) as { manifests: object[] }).manifests

async function expectWhole(name: string, { blobs, children, root }: Content): Promise<void> {
  const manifests = [...children, root].map(({ digest, bytes }) => [digest, bytes] as const)
  for (const [digest, bytes] of [...blobs, ...manifests])
    expect(await read(name, blobName(digest))).toEqual(bytes)
}

describe("a layout", () => {
  const subject = app.root
  it.each<[string, Content]>([
    ["an image", app],
    ["an index of several platforms", multi],
    ["an artifact about an image", artifact(Buffer.from("report"), { subject })],
    ["an artifact of sha512", artifact(Buffer.from("report"), { sha512: true })],
  ])("is stored and given back byte for byte: %s", async (_, content) => {
    await layout("in", { ...content, name: "v1" })
    expect(await succeed("file push --image oci:in ./store/app:v1")).toBe(
      `file://${folder}/store/app:v1@${content.root.digest}\n`,
    )
    expect(await succeed("file pull --image oci:out ./store/app:v1")).toBe(
      `oci:${folder}/out:v1 ${content.root.digest}\n`,
    )
    await expectWhole("out", content)
    expect(String(await read("out", "oci-layout"))).toBe(`{"imageLayoutVersion":"1.0.0"}`)
    expect(await index("out")).toEqual([
      {
        mediaType: content.root.mediaType,
        digest: content.root.digest,
        size: content.root.bytes.length,
        annotations: { "org.opencontainers.image.ref.name": "v1" },
      },
    ])
    expect(await readdir(join(folder, "out"))).toEqual(["blobs", "index.json", "oci-layout"])
    await succeed("file pull --image oci-archive:out.tar ./store/app:v1")
    expect(await succeed("file push --image oci-archive:out.tar ./other/app:v1")).toContain(
      content.root.digest,
    )
  })

  it("is not read again where the store has its blobs", async () => {
    await layout("in", { ...app, name: "v1" })
    await succeed("file push --image oci:in ./store/app:v1")
    const again = await oci("file push --image oci:in ./store/app:v1")
    expect(again.stderr).toMatch(/^[0-9a-f]{12}: Layer already exists$/m)
    expect(again.stderr).toMatch(/^Unchanged, in .*in 3 blobs were there already\.$/m)
    // Under another name, too: nothing but the sizes of the files is looked at.
    for (const [digest, bytes] of app.blobs)
      await writeFile(join(folder, "in", blobName(digest)), Buffer.alloc(bytes.length))
    expect(await succeed("file push --image oci:in ./store/app2:v1")).toContain(app.root.digest)
  })

  it("keeps what else it has, and replaces what has the name", async () => {
    await layout("in", { ...app, name: "v1" }, { ...multi, name: "v2" })
    await succeed("file push --image oci:in:v1 ./store/app:v1")
    await succeed("file push --image oci:in:v2 ./store/app:v2")
    await succeed("file pull --image oci:out ./store/app:v1")
    await succeed("file pull --image oci:out ./store/app:v2")
    await succeed("file pull --image oci:out:v1 ./store/app:v2")
    expect(await index("out")).toMatchObject([{ digest: multi.root.digest }, { digest: multi.root.digest }])
    const { stderr } = await oci("file pull --image oci:out ./store/app:v1")
    expect(stderr).toContain("Unchanged")
    expect(stderr).toContain("the layout had everything already")
    expect((await index("out")).length).toBe(2)
  })

  it("gets a blob again that is damaged there", async () => {
    await layout("in", { ...app, name: "v1" })
    await succeed("file push --image oci:in ./store/app:v1")
    await succeed("file pull --image oci:out ./store/app:v1")
    const [first = digestOf(Buffer.of()), second = first] = app.blobs.keys()
    await writeFile(join(folder, "out", blobName(first)), Buffer.alloc(app.blobs.get(first)?.length ?? 0))
    await writeFile(join(folder, "out", blobName(second)), "short")
    await succeed("file pull --image oci:out ./store/app:v1")
    await expectWhole("out", app)
  })

  it("gives one platform of an index, and takes one", async () => {
    await layout("in", { ...multi, name: "v1" })
    const [amd64, arm64] = multi.children
    const push = await succeed("file push --image oci:in --platform linux/arm64 ./store/app:arm")
    expect(push).toContain(arm64?.digest)
    await succeed("file push --image oci:in ./store/app:v1")
    expect(await succeed("file pull --image oci:out --platform linux/amd64 ./store/app:v1")).toContain("oci:")
    expect(await index("out")).toMatchObject([{ digest: amd64?.digest }])
    const { code, stderr } = await oci("file push --image oci:in --platform linux/s390x ./store/app:v1")
    expect({ code, stderr }).toMatchObject({
      code: 5,
      stderr: expect.stringContaining("not there for linux/s390x; it is for linux/amd64, linux/arm64"),
    })
  })

  it("that lacks platforms is pushed as what it holds, unless all are required", async () => {
    const [amd64, arm64] = multi.children
    if (!amd64 || !arm64) throw new Error("no platforms")
    await layout("in", { ...multi, name: "v1", without: [arm64] })
    const { code, stdout, stderr } = await oci("file push --image oci:in ./store/app:v1")
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(amd64.digest) })
    expect(stderr).toContain("does not hold linux/arm64 of the image: they are not pushed.")
    const refused = await oci("file push --image oci:in --require-all-platforms ./store/app:v1")
    expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining("--require-all-platforms") })
  })

  it("goes under several names at once, and says so to programs", async () => {
    await layout("in", { ...app, name: "v1" })
    const push = "file push --image oci:in --json --digest-file digest ./store/a:1 ./store/b:1 ./store/a:2"
    const { published, stored } = JSON.parse(await succeed(push)) as Record<string, unknown>
    const { digest } = app.root
    expect(published).toMatchObject(["a", "b", "a"].map((name) => ({ name, digest, previous: null })))
    expect(stored).toMatchObject({ blobs: 3 })
    expect(String(await read("digest")).split("\n")[1]).toBe(`file://${folder}/store/b:1@${digest}`)
    const pulled = JSON.parse(await succeed("file pull --image oci:out --json ./store/a:2")) as object
    expect(pulled).toMatchObject({ image: `oci:${folder}/out:2`, digest, read: { blobs: 3 } })
    expect(await succeed(`file pull --image oci:out -q ./store/a@${digest}`)).toBe(
      `file://${folder}/store/a@${digest}\n`,
    )
    expect(await index("out")).toMatchObject([
      { annotations: { "org.opencontainers.image.ref.name": "2" } },
      { annotations: { "org.opencontainers.image.ref.name": hexOf(digest).slice(0, 12) } },
    ])
  })

  it("replaces with --force what is damaged in the store", async () => {
    await layout("in", { ...app, name: "v1" })
    await succeed("file push --image oci:in ./store/app:v1")
    for (const digest of digestsOf(app)) await writeFile(join(folder, "store", blobData(digest)), "damaged")
    expect(await oci("file verify ./store/app:v1")).toMatchObject({ code: 5 })
    expect(await succeed("file push --force --image oci:in ./store/app:v1")).toContain(app.root.digest)
    await succeed("file verify ./store/app:v1")
  })

  it("never moves a tag that must stay", async () => {
    await layout("in", { ...app, name: "v1" }, { ...multi, name: "v2" })
    await succeed("file push --image oci:in:v1 ./store/app:v1")
    const { code, stderr } = await oci("file push --image oci:in:v2 --immutable-tags ./store/app:v1")
    expect({ code, stderr }).toMatchObject({ code: 5, stderr: expect.stringContaining("--immutable-tags") })
    await succeed("file push --image oci:in:v1 --immutable-tags ./store/app:v1")
  })

  it("puts an artifact on the list of those about an image", async () => {
    const report = artifact(Buffer.from("report"), { subject: app.root })
    await layout("in", { ...app, name: "v1" }, { ...report, name: "report" })
    await succeed("file push --image oci:in:v1 ./store/app:v1")
    await succeed("file push --image oci:in:report ./store/app:report")
    await succeed(`file pull --image oci:out ./store/app:sha256-${hexOf(app.root.digest)}`)
    await expectWhole("out", report)
  })

  it("travels through pipes", async () => {
    await layout("in", { ...multi, name: "v1" })
    await succeed("file push --image oci:in ./store/app:v1")
    const chunks: Buffer[] = []
    const onBytes = (bytes: Buffer) => void chunks.push(Buffer.from(bytes))
    const pulled = await oci("file pull --image oci-archive:- ./store/app:v1", { onBytes })
    expect(pulled).toMatchObject({ code: 0, stdout: "" })
    const input = Buffer.concat(chunks)
    expect(await succeed("file push --image oci-archive:- ./other/app:v1", { input })).toContain(
      multi.root.digest,
    )
    const packed = { input: gzipSync(input) }
    expect(await succeed("file push --image oci-archive:- ./third/app:v1", packed)).toContain(
      multi.root.digest,
    )
    expect((await oci("file pull --image oci-archive:- ./store/app:v1", { isTTY: true })).code).toBe(2)
    expect((await oci("file push --image oci-archive:- ./store/app:v1", { isTTY: true })).code).toBe(2)
  })
})

describe("what is wrong with a source", () => {
  const [blob = digestOf(Buffer.of())] = app.blobs.keys()
  const manifest = blobName(app.root.digest)
  const change = async (change: (files: Map<string, Buffer>) => void) => {
    const files = layoutFiles({ ...app, name: "v1" })
    change(files)
    await writeFiles(join(folder, "in"), files)
    await writeFile(join(folder, "in.tar"), archiveOf(files))
  }

  it.each<[string, (files: Map<string, Buffer>) => void, RegExp]>([
    ["no layout", (files) => files.delete("oci-layout"), /is no OCI layout: it has no file 'oci-layout'\./],
    [
      "another version",
      (files) => files.set("oci-layout", Buffer.from(`{"imageLayoutVersion":"2"}`)),
      /version "2"/,
    ],
    ["no index", (files) => files.delete("index.json"), /has no 'index\.json'/],
    ["no JSON", (files) => files.set("index.json", Buffer.from("{")), /'index\.json' in '.*' is not JSON\./],
    ["no list", (files) => files.set("index.json", Buffer.from("{}")), /has no list of manifests\./],
    [
      "no descriptor",
      (files) => files.set("index.json", Buffer.from(`{"manifests":[{}]}`)),
      /'manifests\[0\]'/,
    ],
    ["no image", (files) => files.set("index.json", Buffer.from(`{"manifests":[]}`)), /has no image/],
    ["no manifest", (files) => files.delete(manifest), /The manifest sha256:\w+ is missing/],
    ["another manifest", (files) => files.set(manifest, Buffer.from("{}")), /The manifest .* is damaged/],
    [
      "a huge manifest",
      (files) => files.set(manifest, Buffer.alloc(4194305)),
      /4194305 bytes: manifests have 4194304/,
    ],
    ["a missing blob", (files) => files.delete(blobName(blob)), /The blob sha256:\w+ is missing in/],
    [
      "a blob of another size",
      (files) => files.set(blobName(blob), Buffer.from("x")),
      /has 1 bytes, and not the/,
    ],
    [
      "a damaged blob",
      (files) => files.set(blobName(blob), Buffer.alloc(app.blobs.get(blob)?.length ?? 0)),
      /The blob sha256:\w+ in '.*' is damaged: .* hash to sha256:\w+, not to sha256:\w+\./,
    ],
  ])("%s: 5, in a folder as in an archive, and nothing is tagged", async (_, damage, reason) => {
    await change(damage)
    for (const source of ["oci:in", "oci-archive:in.tar"]) {
      const { code, stdout, stderr } = await oci(`file push --image ${source} ./store/app:v1`)
      expect({ code, stdout, stderr }).toEqual({ code: 5, stdout: "", stderr: expect.stringMatching(reason) })
      expect(stderr.match(/^Error: .*\.$/gm)).toHaveLength(1)
    }
    expect((await oci("file pull --image oci:out ./store/app:v1")).code).not.toBe(0)
  })

  it("is in a manifest that no registry takes", async () => {
    const bytes = Buffer.from(`{"schemaVersion":1}`)
    const root = { mediaType: app.root.mediaType, digest: digestOf(bytes), bytes }
    await layout("in", { blobs: new Map(), children: [], root })
    const { code, stderr } = await oci("file push --image oci:in ./store/app:v1")
    expect({ code, stderr }).toMatchObject({
      code: 5,
      stderr: expect.stringContaining("schemaVersion must be 2"),
    })
  })

  it.each([
    ["oci:nowhere", 5, "There is no folder '.*/nowhere'."],
    ["oci:in.tar", 5, "is a file and no folder: .* oci-archive:"],
    ["oci-archive:nowhere", 5, "There is no file '.*/nowhere'."],
    ["oci-archive:in", 5, "is a folder: an archive is a file."],
    [
      "docker-archive:in.tar",
      5,
      "has no 'manifest.json'. It is an OCI layout: write oci-archive: before its path.",
    ],
    ["oci:in:v2", 5, "'.*/in' has no image 'v2': it has v1."],
    [`oci:in@sha256:${"0".repeat(64)}`, 5, "has no image 'sha256:0+': it has v1."],
    ["oci-archive:part.tar", 5, "is broken off: the archive is longer than the file."],
    ["oci-archive:text.tar", 5, "is no tar archive."],
    ["oci-archive:out.tar", 5, "has an entry '../v1', which leads out of the archive"],
    ["docker-archive:packed.tar.gz", 5, "cannot be unpacked: it is broken off or damaged."],
  ])("%s: %i", async (source, code, reason) => {
    await change(() => undefined)
    const whole = await read("in.tar")
    await writeFile(join(folder, "part.tar"), whole.subarray(0, 1200))
    await writeFile(join(folder, "text.tar"), "hello ".repeat(1000))
    await writeFile(join(folder, "out.tar"), tarArchive([tarFile({ name: "../v1" }, "x")]))
    await writeFile(join(folder, "packed.tar.gz"), gzipSync(whole).subarray(0, 300))
    const ran = await oci(`file push --image ${source} ./store/app:v1`)
    expect(ran).toEqual({ code, stdout: "", stderr: expect.stringMatching(`^Error: .*${reason}`) })
  })

  it("is that several images could be meant", async () => {
    await layout("in", { ...app, name: "v1" }, { ...multi, name: "v2" }, emptyNamed())
    const { code, stderr } = await oci("file push --image oci:in ./store/app:v1")
    expect(code).toBe(5)
    expect(stderr).toMatch(/has several images: v1, v2, sha256:\w+\. Say which one behind its path/)
    const third = digestOf(Buffer.from(emptyNamed().root.bytes))
    expect(await succeed(`file push --image oci:in@${third} ./store/app:v1`)).toContain(third)
  })

  it("is a link in a layout: 5, whatever it leads to", async () => {
    await change(() => undefined)
    const path = join(folder, "in", blobName(blob))
    await rename(path, join(folder, "elsewhere"))
    await symlink("/etc/passwd", path)
    const { code, stderr } = await oci("file push --image oci:in ./store/app:v1")
    expect({ code, stderr }).toMatchObject({ code: 5, stderr: expect.stringContaining("is a symbolic link") })
    await rename(join(folder, "in", "blobs"), join(folder, "blobs"))
    await symlink(join(folder, "blobs"), join(folder, "in", "blobs"))
    expect((await oci("file push --image oci:in ./store/app:v1")).stderr).toContain("is a symbolic link")
    await symlink(join(folder, "in"), join(folder, "named"))
    expect((await oci("file push --image oci:named ./store/app:v1")).stderr).toContain("named/blobs'")
  })

  const emptyNamed = () => artifact(Buffer.from("third"))
})

describe("an archive of docker save", () => {
  const layers = [layerOf("one"), layerOf("two")]
  const config = Buffer.from(
    JSON.stringify({ os: "linux", rootfs: { diff_ids: layers.map((each) => digestOf(each)) } }),
  )
  const entries = (...names: string[]) => [
    ...layers.map((layer, index) => tarFile({ name: `${index}/layer.tar` }, layer)),
    tarHeader({ name: "again/layer.tar", type: "symlink", target: "../1/layer.tar" }),
    tarFile({ name: "c.json" }, config),
    tarFile(
      { name: "manifest.json" },
      JSON.stringify([
        { Config: "c.json", RepoTags: names, Layers: ["0/layer.tar", "again/layer.tar"] },
        { Config: "c.json", RepoTags: ["other:1"], Layers: ["0/layer.tar", "1/layer.tar"] },
      ]),
    ),
  ]
  const save = (archive: Buffer) => writeFile(join(folder, "in.tar"), archive)

  it("is stored with its layers packed, and comes back as one that engines load", async () => {
    await save(tarArchive(entries("app:1", "app:latest")))
    const first = await succeed("file push --image docker-archive:in.tar:app ./store/app:1")
    await save(gzipSync(tarArchive(entries("app:1"))))
    const again = await oci("file push --image docker-archive:in.tar:docker.io/library/app:1 ./store/app:1")
    expect(again).toMatchObject({ code: 0, stdout: first, stderr: expect.stringMatching(/^Unchanged/) })
    const zstd = "file push --image docker-archive:in.tar:app:1 --compression zstd ./other/app:zstd"
    await succeed(zstd)
    for (const tag of ["store/app:1", "other/app:zstd"]) {
      await succeed(`file pull --image docker-archive:out.tar:team/app:2 ./${tag}`)
      const pulled = await succeed("file push --image docker-archive:out.tar:team/app:2 ./fourth/app:1")
      expect(pulled.slice(pulled.indexOf("@"))).toBe(first.slice(first.indexOf("@")))
    }
  })

  it("says which images it has", async () => {
    await save(tarArchive(entries("app:1", "app:latest")))
    const several = await oci("file push --image docker-archive:in.tar ./store/app:1")
    expect(several).toMatchObject({ code: 5 })
    expect(several.stderr).toContain("has several images: app:1, app:latest, other:1.")
    const none = await oci("file push --image docker-archive:in.tar:nope ./store/app:1")
    expect(none.stderr).toContain("has no image 'nope': it has app:1, app:latest, other:1.")
  })

  it.each<[string, (entries: Buffer[]) => Buffer[], RegExp]>([
    ["a layer", (all) => all.toSpliced(0, 1), /has no '0\/layer\.tar'/],
    ["a configuration", (all) => all.toSpliced(3, 1), /has no 'c\.json'/],
    [
      "a configuration of JSON",
      (all) => all.with(3, tarFile({ name: "c.json" }, "{")),
      /'c\.json' in .* is not JSON/,
    ],
    [
      "the bytes of a layer",
      (all) => [tarFile({ name: "0/layer.tar" }, layerOf("three")), ...all.slice(1)],
      /damaged/,
    ],
  ])("is refused without %s", async (_, damage, reason) => {
    await save(tarArchive(damage(entries("app:1"))))
    const { code, stdout, stderr } = await oci("file push --image docker-archive:in.tar:app:1 ./store/app:1")
    expect({ code, stdout, stderr }).toEqual({ code: 5, stdout: "", stderr: expect.stringMatching(reason) })
  })

  it("is not made of what is no image", async () => {
    await layout("in", artifact(Buffer.from("report")))
    await succeed("file push --image oci:in ./store/app:1")
    const { code, stderr } = await oci("file pull --image docker-archive:out.tar ./store/app:1")
    expect({ code, stderr }).toMatchObject({
      code: 5,
      stderr: expect.stringContaining("no image for engines"),
    })
    expect(await readdir(folder)).toEqual(["in", "store"])
  })
})

describe("what is wrong with a target", () => {
  beforeEach(async () => {
    await layout("in", { ...app, name: "v1" })
    await succeed("file push --image oci:in ./store/app:v1")
  })

  it.each([
    ["oci:in/oci-layout", 1, "Cannot write"],
    ["oci:store", 5, "is not empty, and is no OCI layout"],
    ["oci-archive:in", 1, "it is a folder"],
    ["oci-archive:/dev/null", 1, "it is no plain file"],
    ["oci-archive:nowhere/out.tar", 1, "its folder does not exist"],
    ["docker-archive:nowhere/out.tar", 1, "its folder does not exist"],
  ])("%s: %i", async (target, code, reason) => {
    const ran = await oci(`file pull --image ${target} ./store/app:v1`)
    expect(ran).toEqual({ code, stdout: "", stderr: expect.stringContaining(reason) })
    expect(await readdir(folder)).toEqual(["in", "store"])
  })

  it("is that its place is forbidden", async () => {
    if (process.getuid?.() === 0) return
    await mkdir(join(folder, "sealed"))
    await chmod(join(folder, "sealed"), 0o500)
    const { code, stderr } = await oci("file pull --image oci-archive:sealed/out.tar ./store/app:v1")
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining("permission denied") })
  })

  it("leaves what was there when the store's content is damaged", async () => {
    await succeed("file pull --image oci-archive:out.tar ./store/app:v1")
    const before = await read("out.tar")
    const [blob = digestOf(Buffer.of())] = app.blobs.keys()
    const hex = hexOf(blob)
    const data = join(folder, "store/docker/registry/v2/blobs/sha256", hex.slice(0, 2), hex, "data")
    await writeFile(data, Buffer.alloc(app.blobs.get(blob)?.length ?? 0))
    for (const target of ["oci-archive:out.tar", "docker-archive:out.tar", "oci:out"]) {
      const { code, stderr } = await oci(`file pull --image ${target} ./store/app:v1`)
      expect({ code, stderr }).toMatchObject({
        code: 5,
        stderr: expect.stringContaining("is corrupt in the store"),
      })
    }
    expect(await read("out.tar")).toEqual(before)
    expect(await index("out")).toEqual([])
    const files = await readdir(join(folder, "out"), { recursive: true })
    expect(files.filter((name) => name.includes("tmp") || name.includes(hex))).toEqual([])
  })

  it("is a tag that is not there: no folder is made", async () => {
    const { code, stderr } = await oci("file pull --image oci:out ./store/app:v2")
    expect({ code, stderr }).toMatchObject({ code: 5, stderr: expect.stringContaining("it has v1") })
    expect(await readdir(folder)).toEqual(["in", "store"])
  })
})
