import { createMemoryBudget } from "../../src/storage/budget.ts"
import { createS3Driver } from "../../src/storage/s3/driver.ts"
import { MiB } from "../support/bytes.ts"
import { startVersitygw } from "../support/versitygw.ts"
import { testStorageDriver } from "./contract.ts"
import { describeWithVersitygw, REGION } from "./s3/setup.ts"

describeWithVersitygw("s3", (program) => {
  testStorageDriver({
    name: "s3",
    create: async () => {
      const gateway = await startVersitygw(program)
      await gateway.createBucket("images")
      const options = { region: REGION, endpoint: gateway.endpoint, ...gateway.root, partSize: 5 * MiB }
      const shared = { budget: createMemoryBudget(32 * MiB), concurrency: 8 }
      return {
        driver: createS3Driver({ ...options, bucket: "images", rootDir: "/team/a/" }, shared),
        broken: createS3Driver({ ...options, bucket: "no-such-bucket" }, shared),
        partSize: options.partSize,
        leftovers: () => gateway.multipartUploads("images"),
        close: async () => gateway[Symbol.asyncDispose](),
      }
    },
  })
})
