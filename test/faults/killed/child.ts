/**
 * A process that pushes, and that is killed on the way: from outside when it talks to a server, else by itself before the n-th call
 * to its folder.
 * @module
 */
import { push } from "../bucket/transfers.ts"
import { openStorage } from "../open-storage.ts"
import { contentOf, type Job, PART_SIZE } from "./job.ts"
import type { StorageDriver } from "../../../src/storage/driver.ts"
import { resources } from "../../support/clouds/cloud.ts"

const job = JSON.parse(process.argv[2] ?? "") as Job
const driver = await openStorage(job.storage, { ...resources(), partSize: PART_SIZE })
const calls = { made: 0 }
const failure = await push(countingCalls(driver), "ephemeral", job.shape, contentOf(job.about, job.shape))
await driver[Symbol.asyncDispose]()
if (failure) throw new Error(failure.sentence)
console.log(calls.made)

/** Every call to the driver, and every step of its uploads. */
function countingCalls(driver: StorageDriver): StorageDriver {
  const call = (): void => {
    calls.made += 1
    if (calls.made === job.killBefore) process.kill(process.pid, "SIGKILL")
  }
  return {
    ...driver,
    stat: (...args) => (call(), driver.stat(...args)),
    read: (...args) => (call(), driver.read(...args)),
    write: (...args) => (call(), driver.write(...args)),
    delete: (...args) => (call(), driver.delete(...args)),
    move: (...args) => (call(), driver.move(...args)),
    async createUpload(...args) {
      call()
      const upload = await driver.createUpload(...args)
      return {
        get size() {
          return upload.size
        },
        append: (source) => (call(), upload.append(source)),
        commit: (options) => (call(), upload.commit(options)),
        abort: () => (call(), upload.abort()),
        [Symbol.asyncDispose]: async () => upload[Symbol.asyncDispose](),
      }
    },
  }
}
