/** verify and prune, as they are called and what they print, over a folder. */
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Signal } from "../../src/cli/io.ts"
import { digestOf } from "../../src/oci/digest.ts"
import type { RepositoryName, Tag } from "../../src/oci/reference.ts"
import {
  blobData,
  layerLink,
  revisionLink,
  tagCurrent,
  tagIndex,
  uploadData,
  uploadsRoot,
  uploadStarted,
} from "../../src/registry/layout.ts"
import { createFileDriver } from "../../src/storage/file.ts"
import { APP, contents, OTHER, plantStore } from "../support/planted-store.ts"
import { imageManifest } from "../support/registry.ts"
import { run } from "./run.ts"

const ID = "6f2c1d0e-8f60-4f0b-9d7c-2f1f3f0a9b11"
const [config, shared] = [...contents.v1.blobs.keys()]
if (!config || !shared) throw new TypeError("no content")

let folder: string
let images: string

const at = (key: string) => join(images, key)

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-store-cli-"))
  images = join(folder, "images")
  await plantStore(createFileDriver({ root: images, createRoot: true }))
})
afterEach(() => rm(folder, { recursive: true }))

const LAYERS = 400

/** An image of so many layers that nobody has read them all before a signal comes. */
async function plantLarge(): Promise<void> {
  const blobs = Array.from({ length: LAYERS }, (_, index) => Buffer.from(`layer ${index}`))
  const manifest = imageManifest(Buffer.from("{}"), blobs)
  const name = "large" as RepositoryName
  const root = digestOf(manifest)
  for (const bytes of [Buffer.from("{}"), ...blobs]) {
    await write(blobData(digestOf(bytes)), bytes)
    await write(layerLink(name, digestOf(bytes)), digestOf(bytes))
  }
  await write(blobData(root), manifest)
  await write(revisionLink(name, root), root)
  await write(tagCurrent(name, "v1" as Tag), root)
}

async function write(key: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(at(key)), { recursive: true })
  await writeFile(at(key), content)
}

const cli = (...argv: string[]) => run(argv, { cwd: folder, env: { HOME: "/nowhere" } })

describe("verify", () => {
  it.each([
    [["file", "verify", "./images"], "4 tags in 2 repositories"],
    [["file", "verify", "images/"], "4 tags in 2 repositories"],
    [["file", "verify", "--dir", "images"], "4 tags in 2 repositories"],
    [["verify", "--dir", "images"], "4 tags in 2 repositories"],
    [["file", "verify", "./images//team/app"], "2 tags in 1 repository"],
    [["file", "verify", "./images//other"], "2 tags in 1 repository"],
    [["file", "verify", "--dir", "images", "other"], "2 tags in 1 repository"],
    [["verify", "--dir", "images", "team/app:v2"], "1 tag in 1 repository"],
    [["file", "verify", "./images//team/app:v1"], "1 tag in 1 repository"],
    [["file", "verify", "images/other:v2"], "1 tag in 1 repository"],
    [["file", "verify", `images//team/app@${contents.v1.root.digest}`], "1 tag in 1 repository"],
    [["file", "verify", `--dir=images`, `team/app:any@${contents.v1.root.digest}`], "1 tag in 1 repository"],
  ])("%j looks at %s", async (argv, expected) => {
    const { code, stdout, stderr } = await cli(...argv)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout).toMatch(new RegExp(`^${expected}, \\d+ objects, [\\d.]+ kB: all are good\\.\n$`))
  })

  it("takes a URL", async () => {
    expect((await cli("verify", `file://${images}`)).stdout).toMatch(/^4 tags/)
    expect((await cli("verify", `file://${images}//team/app`)).stdout).toMatch(/^2 tags/)
    expect((await cli("verify", `file://${images}//team/app:v1`)).stdout).toMatch(/^1 tag /)
  })

  it("says what is wrong, what it breaks and what to do, and exits with 5", async () => {
    await rm(at(blobData(shared)))
    await writeFile(at(blobData(config)), "cut")
    const { code, stdout, stderr } = await cli("file", "verify", "images")
    expect(code).toBe(5)
    const lines = [
      `error    ${blobData(shared)}: the layer is missing; breaks other:v1, team/app:v1, team/app:v2`,
      `error    ${blobData(config)}: the configuration has 3 bytes, not ${contents.v1.blobs.get(config)?.length}; breaks team/app:v1`,
    ]
    expect(stdout.split("\n").slice(0, 2).toSorted()).toEqual(lines.toSorted())
    expect(stdout.split("\n")[2]).toMatch(/: 2 problems\.$/)
    expect(stderr).toMatch(
      /^Error: 2 objects are missing or damaged, which breaks 3 tags\.\nHint: .*--force, .*\.\n$/,
    )
    expect((await cli("file", "verify", "--quiet", "images")).stdout.split("\n").slice(0, -1)).toHaveLength(2)
  })

  it("names five of many tags, and all in the document", async () => {
    const tags = Array.from({ length: 9 }, (_, index) => `t${index}`)
    for (const tag of tags) await write(tagCurrent(APP, tag as Tag), contents.v1.root.digest)
    await rm(at(blobData(config)))
    expect((await cli("file", "verify", "images")).stdout).toContain(
      "breaks team/app:t0, team/app:t1, team/app:t2, team/app:t3, team/app:t4 and 5 more\n",
    )
    const { stdout } = await cli("file", "verify", "--json", "images")
    expect((JSON.parse(stdout) as { damage: { breaks: string[] }[] }).damage[0]?.breaks).toEqual([
      ...tags.map((tag) => `team/app:${tag}`),
      "team/app:v1",
    ])
  })

  it("warns of what breaks nothing, and exits with 0", async () => {
    const { digest } = contents.v1.root
    await write(tagIndex(APP, "begun" as Tag, digest), digest)
    const { code, stdout } = await cli("file", "verify", "images")
    expect(code).toBe(0)
    expect(stdout).toMatch(
      /^warning .*tags\/begun\/current\/link: .*; concerns team\/app:begun\n.*: 1 problem/,
    )
  })

  it.each([
    ["a tag", "images//team/app:v9", "Error: The store has no tag 'team/app:v9'."],
    ["a repository", "images//team/none", "Error: The store has no tag of 'team/none'."],
  ])("%s that is not there: 5", async (_, place, message) => {
    expect(await cli("file", "verify", place)).toEqual({ code: 5, stdout: "", stderr: `${message}\n` })
  })

  it("a folder that is not there: 4, and it is not made", async () => {
    expect((await cli("file", "verify", "absent")).code).toBe(4)
    expect(await readdir(folder)).toEqual(["images"])
  })

  it("remembers what is good, and leaves it out the next time", async () => {
    const argv = ["file", "verify", "--state", "seen", "images"]
    expect((await cli(...argv)).stdout).toMatch(/: all are good\.\n$/)
    expect((await cli(...argv)).stdout).toMatch(/: all are good \(11 of them, .* kB, were before\)\.\n$/)
    const other = await cli("file", "verify", "--state", "seen", "--dir", "other")
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^Error: The state file .* is about/),
    })
  })

  it("broken off leaves a state to go on with, and the store as it is", async () => {
    await plantLarge()
    const before = await readdir(images, { recursive: true })
    let send: (signal: Signal) => void = () => undefined
    const broken = run(["file", "verify", "-v", "--concurrency=1", "--state", "seen", "images"], {
      cwd: folder,
      onStart: (sender) => {
        send = sender
      },
    })
    while (!(await readFile(join(folder, "seen"), "utf8").catch(() => "")).includes("\nsha256:")) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    send("SIGINT")
    expect(await broken).toMatchObject({ code: 130, stdout: "" })
    expect(await readdir(images, { recursive: true })).toEqual(before)
    const { code, stdout } = await cli("file", "verify", "--state", "seen", "images")
    expect(code).toBe(0)
    const [, known] = /all are good \((\d+) of them/.exec(stdout) ?? []
    expect(Number(known)).toBeGreaterThan(0)
    expect(Number(known)).toBeLessThan(LAYERS)
  })
})

describe("prune", () => {
  const root = `${uploadsRoot(OTHER)}${ID}/`
  const old = new Date("2026-01-01T00:00:00Z")

  async function leave(key: string, text: string, time?: Date): Promise<void> {
    await write(key, text)
    if (time) await utimes(at(key), time, time)
  }
  const files = async () =>
    (await readdir(images, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name))
      .toSorted()

  it("lists what is old, deletes it only on request, and then finds nothing more", async () => {
    const before = await files()
    await leave(uploadStarted(OTHER, ID), "2026-01-01T00:00:00Z", old)
    await leave(uploadData(OTHER, ID), "twelve bytes", old)
    await leave(`${blobData(shared)}.${ID}.tmp`, "temporary", old)
    const all = await files()
    const listed = await cli("file", "prune", "images")
    expect(listed).toMatchObject({ code: 0, stderr: "" })
    expect(listed.stdout.split("\n")).toEqual([
      `would delete  upload      2026-01-01T00:00:00Z  32 B      ${root}`,
      expect.stringMatching(/^would delete {2}unfinished {2}\S{20} {2}\S.*data$/),
      expect.stringMatching(/^2 leftovers, .*32 B, older than 24h; nothing was deleted: --delete does it\.$/),
      "",
    ])
    expect(await files()).toEqual(all)
    const deleted = await cli("file", "prune", "--delete", "--json", "images")
    expect(JSON.parse(deleted.stdout)).toMatchObject({
      store: `file://${images}`,
      dryRun: false,
      leftovers: [
        { kind: "session", key: root, started: old.toISOString(), bytes: 32, deleted: true },
        { kind: "unfinished", key: blobData(shared), deleted: true },
      ],
    })
    expect(await files()).toEqual(before)
    expect((await cli("file", "prune", "--delete", "images")).stdout).toBe("No leftovers older than 24h.\n")
  })

  it("leaves what is younger than it was told", async () => {
    await leave(uploadStarted(OTHER, ID), new Date().toISOString())
    await leave(`${blobData(shared)}.${ID}.tmp`, "temporary")
    const all = await files()
    for (const age of ["24h", "1m"]) {
      const { stdout } = await cli("file", "prune", "--delete", "--older-than", age, "images")
      expect(stdout).toBe(`No leftovers older than ${age}.\n`)
    }
    expect(await files()).toEqual(all)
  })

  it("says nothing but what there is with --quiet", async () => {
    expect(await cli("file", "prune", "-q", "--dir", "images")).toEqual({ code: 0, stdout: "", stderr: "" })
  })
})
