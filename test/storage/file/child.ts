/**
 * One of several processes that work on one folder: `child.ts ACTION ROOT [ARGUMENT...]`. Says `ready`, begins on the first
 * input, prints its result as one line.
 * @module
 */
import { once } from "node:events"
import { flushCompileCache } from "node:module"
import path from "node:path"
import { isStorageError, type StorageDriver } from "../../../src/storage/driver.ts"
import { createFileDriver } from "../../../src/storage/file.ts"
import { withLock } from "../../../src/storage/file/lock.ts"
import { FolderStore } from "../../../src/storage/file/store.ts"
import { chunksOf, collect } from "../../support/bytes.ts"
import { isWhole, randomNumbers, sealed } from "./sealed.ts"

type Action = (driver: StorageDriver, root: string, ...args: string[]) => Promise<string | number>

/** `done`, or the code of the StorageError that is one of those expected. */
async function outcome(promise: Promise<unknown>, ...expected: string[]): Promise<string> {
  try {
    await promise
    return "done"
  } catch (error) {
    if (isStorageError(error) && expected.includes(error.code)) return error.code
    throw error
  }
}

const ACTIONS: Readonly<Record<string, Action>> = {
  create: (driver, _root, key = "") =>
    outcome(driver.write(key, sealed(100), { ifAbsent: true }), "PRECONDITION_FAILED"),

  async count(driver, _root, key = "", times = "") {
    let lost = 0
    for (let counted = 0; counted < Number(times);) {
      const { body, etag } = await driver.read(key)
      const next = Number(await collect(body)) + 1
      const written = outcome(
        driver.write(key, Buffer.from(String(next)), { ifMatch: etag }),
        "PRECONDITION_FAILED",
      )
      if ((await written) === "done") counted += 1
      else lost += 1
    }
    return lost
  },

  /** Writes and deletes the two files of a tag, whose directories come and go with them. */
  async churn(driver, _root, tag = "", times = "") {
    const keys = [`${tag}/current/link`, `${tag}/index/sha256/${process.pid}/link`]
    for (let round = 0; round < Number(times); round += 1) {
      await Promise.all(keys.map((key) => driver.write(key, sealed(71))))
      await driver.delete(keys)
    }
    return "done"
  },

  async replace(driver, _root, key = "", times = "") {
    for (let round = 0; round < Number(times); round += 1) await driver.write(key, sealed(300_000))
    return "done"
  },

  /** Reads until `end` is there; the number of reads, or -1 if one was not whole. */
  async readUntil(driver, _root, key = "", end = "") {
    let reads = 0
    while (!(await driver.stat(end))) {
      const { body } = await driver.read(key)
      if (!isWhole(await collect(body))) return -1
      reads += 1
    }
    return reads
  },

  /** Takes the lock of a key and never gives it back. */
  hold: (_driver, root, key = "") =>
    withLock(new FolderStore({ root, createRoot: true }), path.join(root, key), undefined, () => {
      console.log("held")
      setInterval(() => undefined, 1000)
      return new Promise<never>(() => undefined)
    }),

  /** Everything at once, until it is killed. */
  async chaos(driver, _root, seed = "") {
    const random = randomNumbers(Number(seed))
    const pick = (kind: string) => `${kind}/${Math.floor(random() * 5)}/data`
    const steps: (() => Promise<unknown>)[] = [
      () => driver.write(pick("plain"), sealed(random() * 5000)),
      () => outcome(driver.write(pick("once"), sealed(500), { ifAbsent: true }), "PRECONDITION_FAILED"),
      () => driver.delete([pick("once"), pick("plain")]),
      () => compareAndSwap(driver, "swapped/link"),
      async () => {
        await using upload = await driver.createUpload(pick("uploaded"))
        const bytes = sealed(random() * 400_000)
        for (let at = 0; at < bytes.length; at += 50_000)
          await upload.append(chunksOf(bytes.subarray(at, at + 50_000)))
        if (random() < 0.8) await upload.commit()
      },
      async () => {
        const staged = `staged/${process.pid}-${random()}/data`
        await driver.write(staged, sealed(2000))
        await driver.move(staged, pick("moved"))
      },
    ]
    const worker = async () => {
      for (;;) await steps[Math.floor(random() * steps.length)]?.()
    }
    await Promise.all([worker(), worker(), worker()])
    return "never"
  },
}

async function compareAndSwap(driver: StorageDriver, key: string): Promise<void> {
  const found = await driver.stat(key)
  const condition = found ? { ifMatch: found.etag } : { ifAbsent: true }
  await outcome(driver.write(key, sealed(71), condition), "PRECONDITION_FAILED")
}

const [name = "", root = "", ...args] = process.argv.slice(2)
await using driver = createFileDriver({ root, createRoot: true })
flushCompileCache() // no killed process gets to it
console.log("ready")
await once(process.stdin, "data")
process.stdin.destroy()
console.log(await ACTIONS[name]?.(driver, root, ...args))
