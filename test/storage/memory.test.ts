import { createMemoryDriver } from "../../src/storage/memory.ts"
import { testStorageDriver } from "./contract.ts"

testStorageDriver({
  name: "memory",
  create: async () => ({ driver: createMemoryDriver(), partSize: 64 * 1024 }),
  skip: [
    { reason: "memory does not fail", tests: ["a failing store makes commit reject"] },
    { reason: "objects are kept in memory", tests: ["100 MiB need little memory"] },
  ],
})
