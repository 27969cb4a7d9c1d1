import { MiB } from "../support/bytes.ts"
import { startFakeGcs } from "../support/fake-gcs.ts"
import { testStorageDriver } from "./contract.ts"
import { describeWithFakeGcs, openBucket } from "./gcs/setup.ts"

describeWithFakeGcs("gcs", (program) => {
  testStorageDriver({
    name: "gcs",
    skip: [
      {
        reason:
          "the emulator needs several times an object's size of memory, in this process's neighbourhood",
        tests: ["100 MiB need little memory"],
      },
    ],
    create: async () => {
      const server = await startFakeGcs(program)
      await server.createBucket("images")
      const { endpoint } = server
      return {
        driver: openBucket({ bucket: "images", endpoint, rootDir: "/team/a/" }),
        broken: openBucket({ bucket: "no-such-bucket", endpoint }),
        partSize: MiB,
        close: async () => server[Symbol.asyncDispose](),
      }
    },
  })
})
