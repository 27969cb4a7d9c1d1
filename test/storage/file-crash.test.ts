import { randomUUID } from "node:crypto"
import { access, lutimes, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { isStorageError, type StorageDriver } from "../../src/storage/driver.ts"
import { createFileDriver } from "../../src/storage/file.ts"
import { collect } from "../support/bytes.ts"
import { keysOf } from "./contract/check.ts"
import { FolderProcess } from "./file/processes.ts"
import { isWhole, randomNumbers, sealed } from "./file/sealed.ts"

const ROUNDS = 50
const AT_ONCE = 4
const SEED = 20_261_121

/** A few seconds on a machine of its own, and many where two hundred processes have to wait for others. */
const LONG = { timeout: 300_000 }

/** Milliseconds: well below the ten seconds after which any lock is broken. */
const SOON = 5000

const linux = await access("/proc/self/stat").then(
  () => true,
  () => false,
)

describe("a folder whose writers are killed", () => {
  let folder: string
  let root: string
  let driver: StorageDriver

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "oci-store-file-"))
    root = path.join(folder, "root")
    driver = createFileDriver({ root, createRoot: true })
  })
  afterEach(async () => {
    await driver[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  const temporaries = async () =>
    (await readdir(root, { recursive: true })).filter((name) => name.endsWith(".tmp"))

  /** Keys that are listed or can be read and are not whole. */
  const broken = async (): Promise<string[]> => {
    const found: string[] = []
    for (const key of await keysOf(driver, "")) {
      const bytes = await driver.read(key).then(
        ({ body }) => collect(body),
        (error: unknown) => {
          if (isStorageError(error, "NOT_FOUND")) return undefined // deleted since by one that still runs
          throw error
        },
      )
      if (key.endsWith(".tmp") || (bytes && !isWhole(bytes))) found.push(key)
    }
    return found
  }

  const swap = async (key: string) => {
    const found = await driver.stat(key)
    const signal = AbortSignal.timeout(SOON)
    await driver.write(key, sealed(71), { signal, ...(found && { ifMatch: found.etag }) })
  }

  test(
    `after each of ${ROUNDS * AT_ONCE} kills every object is whole and no lock is in the way`,
    LONG,
    async () => {
      const random = randomNumbers(SEED)
      let left = 0
      for (let round = 0; round < ROUNDS; round += 1) {
        const starting = Array.from({ length: AT_ONCE }, () =>
          FolderProcess.start("chaos", root, String(Math.floor(random() * 2 ** 32))),
        )
        await using stack = new AsyncDisposableStack()
        const processes = (await Promise.all(starting)).map((each) => stack.use(each))
        for (const each of processes) each.go()
        for (const each of processes) {
          await sleep(random() * 25)
          await each.kill()
          expect(await broken()).toEqual([])
        }
        await swap("swapped/link")
        left = (await temporaries()).length
      }
      expect(left, "no kill hit a write").toBeGreaterThan(0)
      expect((await keysOf(driver, "")).length).toBeGreaterThan(5)
    },
  )

  test.skipIf(!linux)("the lock of a killed process is broken at once", async () => {
    await swap("k")
    for (let kills = 0; kills < 3; kills += 1) {
      await using holder = await FolderProcess.start("hold", root, "k")
      holder.go()
      expect(await holder.line()).toBe("held")
      await holder.kill()
      expect(await temporaries()).toEqual(["k.lock.tmp"])
      await swap("k")
      expect(await temporaries()).toEqual([])
    }
  })

  test("the lock of a running process is never broken", async () => {
    await swap("k")
    await using holder = await FolderProcess.start("hold", root, "k")
    holder.go()
    expect(await holder.line()).toBe("held")
    if (linux) await lutimes(path.join(root, "k.lock.tmp"), 0, 0)
    const { etag } = (await driver.stat("k")) ?? {}
    const signal = AbortSignal.timeout(500)
    await expect(driver.write("k", sealed(1), { ifMatch: etag ?? "", signal })).rejects.toMatchObject({
      name: "TimeoutError",
    })
    await holder.kill()
    if (!linux) await lutimes(path.join(root, "k.lock.tmp"), 0, 0)
    await swap("k")
  })

  test("the first write of the next process removes what is older than a day, and nothing younger", async () => {
    await using writer = await FolderProcess.start("hold", root, "held/deep/k")
    writer.go()
    await writer.line()
    await writer.kill()
    const leftover = (folder: string) => `${folder}/data.${randomUUID()}.tmp`
    const [old, other, young] = [leftover("lost/deep"), leftover("kept"), leftover("kept")]
    await driver.write("kept/data", sealed(10))
    await driver[Symbol.asyncDispose]()
    await mkdir(path.join(root, "lost/deep"), { recursive: true })
    for (const name of [old, other, young]) await writeFile(path.join(root, name), "")
    const hours = (count: number) => new Date(Date.now() - count * 60 * 60 * 1000)
    for (const name of [old, other, "held/deep/k.lock.tmp"])
      await lutimes(path.join(root, name), hours(25), hours(25))
    await lutimes(path.join(root, young), hours(23), hours(23))

    await using next = createFileDriver({ root, createRoot: true })
    await collect((await next.read("kept/data")).body)
    expect(await temporaries()).toHaveLength(4)
    await next.write("new", sealed(10))
    await expect.poll(temporaries).toEqual([young])
    expect((await readdir(root)).toSorted()).toEqual(["kept", "new"])
  })
})
