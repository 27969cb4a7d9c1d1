import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { createFileDriver } from "../../src/storage/file.ts"
import { collect } from "../support/bytes.ts"
import { FolderProcess, inProcesses } from "./file/processes.ts"

describe("several processes on one folder", () => {
  let folder: string
  let root: string

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "oci-store-file-"))
    root = path.join(folder, "root")
  })
  afterEach(() => rm(folder, { recursive: true }))

  const open = () => createFileDriver({ root, createRoot: true })

  test("of eight that create one key, one does", async () => {
    for (const key of ["k", "deep/er/k"]) {
      const outcomes = await inProcesses(8, "create", root, key)
      expect(outcomes.toSorted()).toEqual([...Array.from({ length: 7 }, () => "PRECONDITION_FAILED"), "done"])
    }
    expect((await readdir(root, { recursive: true })).toSorted()).toEqual([
      "deep",
      "deep/er",
      "deep/er/k",
      "k",
    ])
  })

  test("of eight that count to a hundred by compare-and-swap, no step is lost", async () => {
    await using driver = open()
    await driver.write("counter", Buffer.from("0"))
    const lost = await inProcesses(8, "count", root, "counter", "100")
    expect(String(await collect((await driver.read("counter")).body))).toBe("800")
    expect(lost.some((races) => Number(races) > 0)).toBe(true)
    expect(await readdir(root)).toEqual(["counter"])
  })

  test("directories that one makes and another removes do not make either fail", async () => {
    const outcomes = await inProcesses(8, "churn", root, "tags/v1", "100")
    expect(outcomes).toEqual(Array.from({ length: 8 }, () => "done"))
    expect(await readdir(root)).toEqual([])
  })

  test("a reader beside a writer sees whole objects only", async () => {
    await using driver = open()
    await inProcesses(1, "replace", root, "k", "1")
    await using reader = await FolderProcess.start("readUntil", root, "k", "end")
    reader.go()
    await inProcesses(2, "replace", root, "k", "100")
    await driver.write("end", Buffer.alloc(0))
    expect(Number(await reader.line())).toBeGreaterThan(0)
  })
})
