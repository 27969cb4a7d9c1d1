import { createMemoryBudget } from "../../src/storage/budget.ts"
import { createAzureDriver } from "../../src/storage/azure/driver.ts"
import { startAzurite } from "../support/azurite.ts"
import { MiB } from "../support/bytes.ts"
import { testStorageDriver } from "./contract.ts"

testStorageDriver({
  name: "azure",
  create: async () => {
    const server = await startAzurite()
    await server.createContainer("images")
    const options = { endpoint: server.endpoint, ...server.account, partSize: 5 * MiB }
    const shared = { budget: createMemoryBudget(32 * MiB), concurrency: 8 }
    return {
      driver: await createAzureDriver({ ...options, container: "images", rootDir: "/team/a/" }, shared),
      broken: await createAzureDriver({ ...options, container: "no-such-container" }, shared),
      partSize: options.partSize,
      close: async () => server[Symbol.asyncDispose](),
    }
  },
})
