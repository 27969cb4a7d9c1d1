/**
 * A registry in a process of its own, so that it can be given little: it says where it listens, and ends with its input.
 * @module
 */
import { createRegistry } from "../../../src/registry/registry.ts"
import { createApp } from "../../../src/http/app.ts"
import { listen } from "../../../src/http/listen.ts"
import { createMemoryBudget } from "../../../src/storage/budget.ts"
import { MiB } from "../../support/bytes.ts"
import type { StockStorage } from "../../support/stock-registry.ts"
import { openStorage } from "../open-storage.ts"

export interface ServerJob {
  readonly storage: StockStorage
  /** MiB in flight. */
  readonly memory: number
}

const { storage, memory } = JSON.parse(process.argv[2] ?? "") as ServerJob
const budget = createMemoryBudget(memory * MiB)
await using driver = await openStorage(storage, { budget, concurrency: 16, partSize: 8 * MiB })
await using registry = createRegistry(driver, { scope: "repository", publish: "on-put", budget })
await using listening = await listen(createApp({ registry }))
console.log(`${listening.address}:${listening.port}`)
for await (const _ of process.stdin);
