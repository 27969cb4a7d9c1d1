import { mkdir, readdir, statfs, symlink } from "node:fs/promises"
import path from "node:path"
import { expect, test } from "vitest"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { createFileDriver } from "../../src/storage/file.ts"
import { collect, MiB, patternedBytes, patternedChunks } from "../support/bytes.ts"
import { describeWithTmpfs, mountTmpfs } from "../support/tmpfs.ts"
import { codeOf, keysOf } from "./contract/check.ts"

const bytesFree = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

const upload = async (driver: StorageDriver, key: string, size: number): Promise<void> => {
  await using upload = await driver.createUpload(key)
  await upload.append(patternedChunks(size))
  await upload.commit()
}

await describeWithTmpfs("a folder on a small or read-only disk", () => {
  test("a full disk is said, nothing half-written stays, and the space is given back", async () => {
    await using disk = await mountTmpfs("size=1m")
    const root = path.join(disk.folder, "store")
    await using driver = createFileDriver({ root, createRoot: true })
    await driver.write("kept", patternedBytes(1000))
    const before = await bytesFree(root)
    for (const write of [
      () => driver.write("a/b/k", Buffer.alloc(2 * MiB)),
      () => driver.write("kept", Buffer.alloc(2 * MiB)),
      () => driver.write("a/b/k", Buffer.alloc(2 * MiB), { ifAbsent: true }),
      () => upload(driver, "a/b/k", 2 * MiB),
    ]) {
      await expect(write()).rejects.toMatchObject({
        code: "NO_SPACE",
        message: expect.stringMatching(/^There is no space left for .* in the folder .*store \(ENOSPC/),
      })
    }
    expect(await readdir(root, { recursive: true })).toEqual(["kept"])
    expect(await bytesFree(root)).toBe(before)
    expect(await collect((await driver.read("kept")).body)).toEqual(patternedBytes(1000))
    await upload(driver, "a/b/k", 500_000)
  })

  test("a disk with room for bytes and none for files is a full one", async () => {
    await using disk = await mountTmpfs("size=1m,nr_inodes=8")
    await using driver = createFileDriver({ root: disk.folder, createRoot: false })
    const many = async () => {
      for (let count = 0; count < 10; count += 1) await driver.write(`files/${count}`, Buffer.from("x"))
    }
    expect(await codeOf(many())).toBe("NO_SPACE")
    const before = await readdir(disk.folder, { recursive: true })
    expect(await codeOf(driver.write("deep/er/k", Buffer.from("x")))).toBe("NO_SPACE")
    expect(await readdir(disk.folder, { recursive: true })).toEqual(before)
    await using other = createFileDriver({ root: path.join(disk.folder, "a/b/c/d"), createRoot: true })
    expect(await codeOf(other.write("k", Buffer.from("x")))).toBe("NO_SPACE")
  })

  test("a read-only disk is said, and is read", async () => {
    await using disk = await mountTmpfs("size=1m")
    await using driver = createFileDriver({ root: disk.folder, createRoot: false })
    const { etag } = await driver.write("a/k", Buffer.from("x"))
    await disk.remount("ro")
    for (const change of [
      () => driver.write("a/k", Buffer.from("y")),
      () => driver.write("a/k", Buffer.from("y"), { ifMatch: etag }),
      () => driver.write("b/c/k", Buffer.from("y"), { ifAbsent: true }),
      () => upload(driver, "b/k", 1000),
      () => driver.move("a/k", "b/k"),
      () => driver.delete("a/k"),
    ]) {
      await expect(change()).rejects.toMatchObject({
        code: "ACCESS_DENIED",
        message: expect.stringMatching(/^The file system is read-only for .* in the folder /),
      })
    }
    expect(String(await collect((await driver.read("a/k")).body))).toBe("x")
    expect(await keysOf(driver, "")).toEqual(["a/k"])
  })

  test("an object is moved to another disk that a link leads to", async () => {
    await using store = await mountTmpfs("size=4m")
    await using disk = await mountTmpfs("size=4m")
    await using driver = createFileDriver({ root: store.folder, createRoot: false })
    await mkdir(path.join(disk.folder, "b"))
    await symlink(path.join(disk.folder, "b"), path.join(store.folder, "blobs"))
    await upload(driver, "staged/data", MiB + 1)
    await driver.move("staged/data", "blobs/ab/data")
    expect(await collect((await driver.read("blobs/ab/data")).body)).toEqual(patternedBytes(MiB + 1))
    expect(await readdir(store.folder)).toEqual(["blobs"])
    expect(await readdir(disk.folder, { recursive: true })).toEqual(["b", "b/ab", "b/ab/data"])

    await driver.write("staged/data", Buffer.alloc(3.5 * MiB))
    expect(await codeOf(driver.move("staged/data", "blobs/cd/data"))).toBe("NO_SPACE")
    expect(await keysOf(driver, "")).toEqual(["blobs/ab/data", "staged/data"])
  })
})
