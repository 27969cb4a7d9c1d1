/**
 * A process that pushes, and that is killed on the way: from outside when it talks to a server, else by itself before the n-th call
 * to its folder.
 * @module
 */
import { createFileDriver } from "../../../src/storage/file.ts"
import { push } from "../bucket/transfers.ts"
import { contentOf, type Job, PART_SIZE } from "./job.ts"
import type { StorageDriver } from "../../../src/storage/driver.ts"
import { createAzureDriver } from "../../../src/storage/azure/driver.ts"
import { createGcsDriver } from "../../../src/storage/gcs/driver.ts"
import { createS3Driver } from "../../../src/storage/s3/driver.ts"
import { resources } from "../../support/clouds/cloud.ts"
import type { StockStorage } from "../../support/stock-registry.ts"

const job = JSON.parse(process.argv[2] ?? "") as Job
const driver = await open(job.storage)
const calls = { made: 0 }
const failure = await push(countingCalls(driver), "ephemeral", job.shape, contentOf(job.about))
await driver[Symbol.asyncDispose]()
if (failure) throw new Error(failure.sentence)
console.log(calls.made)

async function open({ driver, environment }: StockStorage): Promise<StorageDriver> {
  const text = (of: Readonly<Record<string, unknown>>, name: string): string => String(of[name])
  const partSize = PART_SIZE
  if ("filesystem" in driver)
    return createFileDriver({ root: driver.filesystem.rootdirectory, createRoot: false })
  if ("s3" in driver) {
    const { s3 } = driver
    const keys = { accessKey: text(s3, "accesskey"), secretKey: text(s3, "secretkey") }
    const place = {
      bucket: text(s3, "bucket"),
      region: text(s3, "region"),
      endpoint: text(s3, "regionendpoint"),
    }
    return createS3Driver({ ...place, ...keys, partSize }, resources())
  }
  if ("gcs" in driver) {
    const endpoint = `http://${environment?.["STORAGE_EMULATOR_HOST"]}`
    return createGcsDriver({ bucket: text(driver.gcs, "bucket"), endpoint, partSize }, resources())
  }
  const { azure } = driver
  const account = { accountName: text(azure, "accountname"), accountKey: text(azure, "accountkey") }
  const endpoint = new URL(text(azure, "serviceurl")).origin
  return createAzureDriver(
    { container: text(azure, "container"), endpoint, ...account, partSize },
    resources(),
  )
}

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
