/** Which file system calls a folder makes and in which order, on real files. */
import * as fs from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { createFileDriver } from "../../src/storage/file.ts"
import { DirectorySyncs } from "../../src/storage/file/sync.ts"
import { codeOf, keysOf } from "./contract/check.ts"

vi.mock("node:fs/promises", { spy: true })
const real = await vi.importActual<typeof fs>("node:fs/promises")

const failure = (code: string, syscall: string) => Object.assign(new Error(code), { code, syscall })

describe("a folder", () => {
  let folder: string
  let root: string
  let driver: StorageDriver
  let calls: string[]

  beforeEach(async () => {
    folder = await real.mkdtemp(path.join(tmpdir(), "oci-store-file-"))
    root = path.join(folder, "root")
    await real.mkdir(root)
    driver = createFileDriver({ root, createRoot: false })
    calls = []
  })
  afterEach(async () => {
    vi.resetAllMocks()
    await driver[Symbol.asyncDispose]()
    await real.rm(folder, { recursive: true })
  })

  const write = (key: string, options = {}) => driver.write(key, Buffer.from("x"), options)

  /** Writes down what succeeds: `call path`, with `*` for a temporary file's own part of its name. */
  function record(): void {
    const done = (call: string, file: unknown) =>
      calls.push(`${call} ${path.relative(root, String(file)).replace(/\.[0-9a-f-]{36}\.tmp$/, ".*") || "."}`)
    vi.mocked(fs.open).mockImplementation(async (file, ...rest) => {
      const handle = await real.open(file, ...rest)
      const sync = handle.sync.bind(handle)
      handle.sync = async () => {
        await sync()
        done("sync", file)
      }
      return handle
    })
    vi.mocked(fs.mkdir).mockImplementation(async (file, options) => {
      await real.mkdir(file, options)
      done("mkdir", file)
      return undefined
    })
    vi.mocked(fs.rename).mockImplementation(async (from, to) => {
      await real.rename(from, to)
      done("rename", to)
    })
    vi.mocked(fs.link).mockImplementation(async (from, to) => {
      await real.link(from, to)
      done("link", to)
    })
    vi.mocked(fs.unlink).mockImplementation(async (file) => {
      await real.unlink(file)
      done("unlink", file)
    })
  }

  test("an object is on disk before it has its name, and its name and directories before the write returns", async () => {
    record()
    await write("a/b/k", { ifAbsent: true })
    expect(calls.slice(0, 4)).toEqual(["mkdir a", "mkdir a/b", "sync a/b/k.*", "link a/b/k"])
    expect(calls.slice(4).toSorted()).toEqual(["sync .", "sync a", "sync a/b"])
    calls = []
    await write("a/b/k")
    expect(calls).toEqual(["sync a/b/k.*", "rename a/b/k", "sync a/b"])
  })

  test("a move and a delete are on disk before they return", async () => {
    await write("a/k")
    record()
    await driver.move("a/k", "b/k")
    expect(calls.slice(0, 2)).toEqual(["mkdir b", "rename b/k"])
    expect(calls.slice(2).toSorted()).toEqual(["sync .", "sync b"])
    calls = []
    await driver.delete("b/k")
    expect(calls).toEqual(["unlink b/k", "sync ."])
  })

  test("many deletes from one directory sync it once", async () => {
    const keys = Array.from({ length: 10 }, (_, index) => `links/${index}/link`)
    for (const key of ["links/kept", ...keys]) await write(key)
    record()
    await driver.delete(keys)
    expect(calls.filter((call) => call.startsWith("sync"))).toEqual(["sync links"])
  })

  test("syncs of one directory share the next one, and none counts that began before it was asked for", async () => {
    record()
    const syncs = new DirectorySyncs()
    await Promise.all(Array.from({ length: 10 }, () => syncs.sync(root)))
    expect(calls).toEqual(["sync .", "sync ."])
    await syncs.sync(root)
    expect(calls).toHaveLength(3)
  })

  test("a page of a large directory looks into as few directories as it names", async () => {
    const tags = Array.from({ length: 1000 }, (_, index) => `tags/v${index + 1000}`)
    for (const tag of tags) {
      await real.mkdir(path.join(root, tag, "current"), { recursive: true })
      await real.writeFile(path.join(root, tag, "current", "link"), "")
    }
    vi.mocked(fs.readdir).mockClear()
    const page: string[] = []
    for await (const { key } of driver.list("tags/", { delimiter: "/", startAfter: "tags/v1499/" })) {
      page.push(key)
      if (page.length === 10) break
    }
    expect(page).toEqual(tags.slice(500, 510).map((tag) => `${tag}/`))
    const readAhead = 16
    expect(vi.mocked(fs.readdir).mock.calls.length).toBeLessThanOrEqual(1 + 2 * (10 + readAhead + 1))
  })

  test("directories before the start of a page are not looked into", async () => {
    for (const key of ["a/k", "b/1", "b/2", "c/k"]) await write(key)
    vi.mocked(fs.readdir).mockClear()
    expect(await keysOf(driver, "", { startAfter: "b/1" })).toEqual(["b/2", "c/k"])
    const read = vi.mocked(fs.readdir).mock.calls.map(([directory]) => path.relative(root, String(directory)))
    expect(read).toEqual(["", "b", "c"])
  })

  test("keys that differ in case only are refused where the file system takes them for one", async () => {
    vi.mocked(fs.lstat).mockImplementationOnce(() => real.lstat(root)) // another spelling of a file is there
    await write("tags/A/current/link")
    for (const change of [
      () => write("tags/a/current/link"),
      () => driver.move("tags/A/current/link", "tags/a/index/link"),
    ]) {
      await expect(change()).rejects.toMatchObject({
        code: "UNSUPPORTED",
        message: `"a" cannot be kept beside "A" in the folder ${root}: its file system takes capital and small letters for the same.`,
      })
    }
    await write("tags/A/current/link")
    await write("tags/b/current/link")
    expect(await keysOf(driver, "")).toEqual(["tags/A/current/link", "tags/b/current/link"])
    expect((await real.readdir(path.join(root, "tags"))).toSorted()).toEqual(["A", "b"])
  })

  test("keys that differ in case only are two where the file system tells them apart", async () => {
    await write("tags/A/link")
    await write("tags/a/link")
    expect(await keysOf(driver, "")).toEqual(["tags/A/link", "tags/a/link"])
  })

  test("a link that was made although the answer says that it exists is ours", async () => {
    vi.mocked(fs.link).mockImplementation(async (from, to) => {
      await real.link(from, to)
      throw failure("EEXIST", "link")
    })
    await write("k", { ifAbsent: true })
    vi.mocked(fs.link).mockImplementation(real.link)
    expect(await codeOf(write("k", { ifAbsent: true }))).toBe("PRECONDITION_FAILED")
    expect(await real.readdir(root)).toEqual(["k"])
  })

  test("compare-and-swap holds where a file system has no symbolic links", async () => {
    vi.mocked(fs.symlink).mockRejectedValue(failure("EPERM", "symlink"))
    const { etag } = await write("k")
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => codeOf(write("k", { ifMatch: etag }))))
    expect(outcomes.filter((outcome) => outcome === "no error")).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === "PRECONDITION_FAILED")).toHaveLength(7)
    expect(await real.readdir(root)).toEqual(["k"])
  })

  test("a link back to a folder above it is not followed, so that listings end", async () => {
    await write("a/b/k")
    await real.symlink("..", path.join(root, "a", "b", "up"))
    await real.symlink(root, path.join(root, "a", "top"))
    expect(await keysOf(driver, "")).toEqual(["a/b/k"])
    await expect(driver.staleUploads?.("", new Date())[Symbol.asyncIterator]().next()).resolves.toMatchObject(
      { done: true },
    )
  })

  test.each([
    ["a", /^A file or folder is in the way for a in the folder /],
    ["a/b/c", /^A file or folder is in the way for a\/b\/c in the folder /],
    [`long/${"x".repeat(300)}`, /^The name is too long for long\/x+ in the folder /],
    [`${"dir/".repeat(1500)}k`, /^The name is too long for /],
  ])("what is wrong with a name is said: %.20s", async (key, message) => {
    await write("a/b")
    await expect(write(key)).rejects.toMatchObject({
      code: "UNSUPPORTED",
      message: expect.stringMatching(message),
    })
  })
})
