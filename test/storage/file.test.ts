import { link, lstat, mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { createFileDriver } from "../../src/storage/file.ts"
import { chunksOf, MiB } from "../support/bytes.ts"
import { testStorageDriver } from "./contract.ts"
import { codeOf, keysOf } from "./contract/check.ts"

vi.mock("node:fs/promises", { spy: true })

const UUID = "0d6b7210-3a57-4d8a-9d0a-0123456789ab"

testStorageDriver({
  name: "file",
  create: async () => {
    const folder = await mkdtemp(path.join(tmpdir(), "oci-store-file-"))
    const plainFile = path.join(folder, "plain-file")
    await writeFile(plainFile, "")
    const root = path.join(folder, "root")
    return {
      driver: createFileDriver({ root, createRoot: true }),
      broken: createFileDriver({ root: plainFile, createRoot: true }),
      partSize: 1024 * 1024,
      leftovers: async () => {
        const found = await readdir(root, { recursive: true }).catch(() => [])
        return found.filter((name) => name.endsWith(".tmp"))
      },
      close: () => rm(folder, { recursive: true }),
    }
  },
})

describe("file", () => {
  let folder: string
  let root: string
  let driver: StorageDriver

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "oci-store-file-"))
    root = path.join(folder, "deep", "root")
    driver = createFileDriver({ root, createRoot: true })
  })
  afterEach(() => rm(folder, { recursive: true }))

  const write = (key: string) => driver.write(key, Buffer.from(key))
  const inRoot = async () => (await readdir(root, { recursive: true })).toSorted()

  test("a missing folder is empty until it is written to, where it may be made", async () => {
    expect(await keysOf(driver, "")).toEqual([])
    expect(await codeOf(driver.read("k"))).toBe("NOT_FOUND")
    await driver.delete("k")
    await expect(lstat(root)).rejects.toThrow("ENOENT")
    await write("k")
    expect(await keysOf(driver, "")).toEqual(["k"])
  })

  test("a missing folder is an error everywhere, and is not made, where it may not be", async () => {
    const reader = createFileDriver({ root, createRoot: false })
    const upload = async () => (await reader.createUpload("k")).commit()
    for (const call of [
      () => reader.stat("k"),
      () => reader.read("k"),
      () => reader.write("a/b", Buffer.from("x")),
      () => reader.delete("k"),
      () => reader.move("k", "l"),
      () => keysOf(reader, "a/"),
      upload,
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: "NO_SUCH_BUCKET",
        message: `The folder ${root} does not exist.`,
      })
    }
    await expect(lstat(root)).rejects.toThrow("ENOENT")
  })

  test("a folder that vanishes is not made again: what was written is gone with it", async () => {
    await write("a/b")
    await rm(root, { recursive: true })
    await expect(write("c/d")).rejects.toMatchObject({
      code: "NO_SUCH_BUCKET",
      message: `The folder ${root} has vanished since the command began.`,
    })
    await expect(lstat(root)).rejects.toThrow("ENOENT")
  })

  test("a folder that another write makes meanwhile has not vanished", async () => {
    vi.mocked(stat).mockImplementationOnce(async () => {
      await write("a") // makes the folder after this look at it, and before its answer
      throw Object.assign(new Error("ENOENT"), { code: "ENOENT", syscall: "stat" })
    })
    expect(await codeOf(driver.read("b"))).toBe("NOT_FOUND")
    expect(await keysOf(driver, "")).toEqual(["a"])
  })

  test("what is removed while it is written is said to be lost", async () => {
    const upload = await driver.createUpload("a/k")
    await upload.append(chunksOf(Buffer.alloc(MiB)))
    await rm(path.join(root, "a"), { recursive: true })
    await expect(upload.commit()).rejects.toMatchObject({
      code: "UPLOAD_INVALID",
      message: `What was written of a/k was removed from the folder ${root} before it was complete.`,
    })
    expect(await inRoot()).toEqual([])
  })

  test("a root that is a file is no store", async () => {
    const file = path.join(folder, "file")
    await writeFile(file, "")
    const driver = createFileDriver({ root: file, createRoot: true })
    for (const call of [
      () => driver.stat("k"),
      () => driver.read("k"),
      () => driver.write("k", Buffer.from("x")),
      () => keysOf(driver, ""),
    ]) {
      expect(await codeOf(call())).toBe("NOT_A_STORE")
    }
  })

  test("a folder that cannot be made is refused at once, even where Node would try for ever", async () => {
    await writeFile(path.join(folder, "file"), "")
    const write = (root: string) =>
      createFileDriver({ root, createRoot: true }).write("a/b", Buffer.from("x"))
    expect(await codeOf(write(path.join(folder, "file", "a", "b")))).toBe("UNSUPPORTED")
    if (process.platform === "linux") await expect(write("/proc/none/a")).rejects.toThrow("cannot be made")
  })

  test("deleting removes the folders that it empties, up to the root", async () => {
    await write("a/b/c/d")
    await write("a/e")
    await driver.delete("a/b/c/d")
    expect(await inRoot()).toEqual(["a", "a/e"])
    await driver.move("a/e", "f")
    expect(await inRoot()).toEqual(["f"])
    await driver.delete("f")
    expect(await inRoot()).toEqual([])
  })

  test("folders that a registry's garbage collector needs stay", async () => {
    const kept = ["r/_layers", "r/_manifests/revisions", "r/_manifests/tags"]
    for (const directory of kept) await write(`${directory}/x/link`)
    for (const directory of kept) await driver.delete(`${directory}/x/link`)
    expect(await inRoot()).toEqual(["r", "r/_layers", "r/_manifests", ...kept.slice(1)])
    expect(await keysOf(driver, "", { delimiter: "/" })).toEqual([])
  })

  test("an aborted upload leaves no folders", async () => {
    await write("a/k")
    const upload = await driver.createUpload("a/b/c")
    await upload.append(chunksOf(Buffer.alloc(3 * 1024 * 1024)))
    expect((await inRoot()).some((name) => name.endsWith(".tmp"))).toBe(true)
    await upload.abort()
    expect(await inRoot()).toEqual(["a", "a/k"])
  })

  test("writers and removers of one folder do not disturb each other", async () => {
    const rounds = async (name: string) => {
      for (let round = 0; round < 50; round += 1) {
        await write(`x/y/z/${name}`)
        expect(await driver.stat(`x/y/z/${name}`)).toBeDefined()
        await driver.delete(`x/y/z/${name}`)
      }
    }
    await Promise.all(["a", "b", "c", "d"].map(rounds))
    expect(await inRoot()).toEqual([])
  })

  test("temporary files and locks are no objects, and cannot be made ones", async () => {
    await write("a/data")
    const leftovers = [`a/data.${UUID}.tmp`, "a/data.lock.tmp"]
    for (const name of leftovers) {
      await writeFile(path.join(root, name), "")
      expect(await codeOf(write(name))).toBe("UNSUPPORTED")
    }
    expect(await keysOf(driver, "")).toEqual(["a/data"])
    await write("a/other.tmp")
    await write("tags/v1.tmp/link")
    expect(await keysOf(driver, "")).toEqual(["a/data", "a/other.tmp", "tags/v1.tmp/link"])
  })

  test("what a killed process left is found and removed", async () => {
    await write("a/data")
    const old = path.join(root, "a", `blob.${UUID}.tmp`)
    await writeFile(old, "")
    await utimes(old, new Date(0), new Date(0))
    await writeFile(path.join(root, "a", `new.${UUID}.tmp`), "")
    const found = []
    for await (const stale of driver.staleUploads?.("a/", new Date(Date.now() - 60_000)) ?? [])
      found.push(stale)
    expect(found.map(({ key }) => key)).toEqual(["a/blob"])
    await found[0]?.abort()
    expect(await inRoot()).toEqual(["a", "a/data", `a/new.${UUID}.tmp`])
  })

  test("links to files and folders are followed", async () => {
    await write("a/b/k")
    await symlink(path.join(root, "a", "b"), path.join(root, "a", "c"))
    await symlink("nowhere", path.join(root, "a", "dangling"))
    expect(await keysOf(driver, "")).toEqual(["a/b/k", "a/c/k"])
  })

  test("ifAbsent holds where a file system has no hard links", async () => {
    vi.mocked(link).mockRejectedValue(
      Object.assign(new Error("no links"), { code: "EPERM", syscall: "link" }),
    )
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => codeOf(driver.write("k", Buffer.from("x"), { ifAbsent: true }))),
    )
    expect(outcomes.filter((outcome) => outcome === "no error")).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === "PRECONDITION_FAILED")).toHaveLength(7)
    expect(await inRoot()).toEqual(["k"])
    vi.mocked(link).mockRestore()
  })

  test("a lock whose owner died is broken, a fresh one is waited for", async () => {
    const { etag } = await write("k")
    const lock = path.join(root, "k.lock.tmp")
    await writeFile(lock, "")
    const signal = AbortSignal.timeout(100)
    await expect(driver.write("k", Buffer.from("1"), { ifMatch: etag, signal })).rejects.toMatchObject({
      name: "TimeoutError",
    })
    await utimes(lock, new Date(0), new Date(0))
    await driver.write("k", Buffer.from("2"), { ifMatch: etag })
    expect(await inRoot()).toEqual(["k"])
  })

  test("a name in the way is refused, not overwritten", async () => {
    await write("a/b")
    expect(await codeOf(write("a"))).toBe("UNSUPPORTED")
    expect(await codeOf(write("a/b/c"))).toBe("UNSUPPORTED")
    expect(await codeOf(write(`long/${"x".repeat(300)}`))).toBe("UNSUPPORTED")
    expect(await keysOf(driver, "")).toEqual(["a/b"])
    expect(await inRoot()).toEqual(["a", "a/b"])
  })

  test("files are open to whom the umask lets in", async () => {
    const umask = process.umask()
    await write("dir/file")
    expect((await lstat(path.join(root, "dir/file"))).mode & 0o777).toBe(0o666 & ~umask)
    expect((await lstat(path.join(root, "dir"))).mode & 0o777).toBe(0o777 & ~umask)
  })

  test("a full disk is told apart", async () => {
    vi.mocked(link).mockRejectedValueOnce(
      Object.assign(new Error("full"), { code: "ENOSPC", syscall: "link" }),
    )
    await expect(driver.write("k", Buffer.from("x"), { ifAbsent: true })).rejects.toMatchObject({
      code: "NO_SPACE",
      message: expect.stringContaining(`k in the folder ${root}`),
    })
  })

  test("an empty folder is nothing", async () => {
    await write("k")
    await mkdir(path.join(root, "empty", "deeper"), { recursive: true })
    expect(await keysOf(driver, "", { delimiter: "/" })).toEqual(["k"])
    expect(await keysOf(driver, "")).toEqual(["k"])
  })
})
