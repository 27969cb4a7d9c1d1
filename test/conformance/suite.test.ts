import { afterAll, beforeAll, expect, it } from "vitest"
import type { RegistryOptions } from "../../src/registry/context.ts"
import type { StorageDriver } from "../../src/storage/driver.ts"
import { createMemoryDriver } from "../../src/storage/memory.ts"
import { describeUnless, serverMissing } from "../support/interop.ts"
import { programsMissing } from "../support/programs.ts"
import { startRoundRobin } from "../support/round-robin.ts"
import { serveRegistry } from "../support/served-registry.ts"
import { STORES } from "../support/stores.ts"
import { conformanceMissing, type ConformanceProgram, openConformance } from "./program.ts"

interface OpenedStore extends AsyncDisposable {
  readonly driver: StorageDriver
}

interface Setup {
  readonly on: string
  readonly sessions?: RegistryOptions["sessions"]
  readonly replicas?: number
  open(): Promise<OpenedStore>
  /** What is not there of what the store needs. */
  missing?(): Promise<string | undefined>
}

async function memory(): Promise<OpenedStore> {
  const driver = createMemoryDriver()
  return { driver, [Symbol.asyncDispose]: () => driver[Symbol.asyncDispose]() }
}

const [folder, s3, gcs, azure] = STORES
const gcsMissing = (): Promise<string | undefined> => programsMissing(["fake-gcs-server"])

const SETUPS: readonly Setup[] = [
  { on: "memory", open: memory },
  { on: "memory, sessions in the process", open: memory, sessions: "memory" },
  { on: "a folder", open: folder.open },
  { on: "S3", open: () => s3.open(), missing: serverMissing },
  { on: "GCS", open: gcs.open, missing: gcsMissing },
  { on: "Azure", open: azure.open },
  { on: "S3, two replicas", open: () => s3.open(), missing: serverMissing, replicas: 2 },
]

const noProgram = await conformanceMissing()
for (const setup of SETUPS) {
  describeUnless(noProgram ?? (await setup.missing?.()), `the conformance suite on ${setup.on}`, () => {
    let program: ConformanceProgram
    beforeAll(async () => {
      program = await openConformance()
    })
    afterAll(() => program?.[Symbol.asyncDispose]())

    it.each(["stable", "dev"] as const)("passes, %s", async (version) => {
      await using served = await serve(setup)
      const { faults, summary, output } = await program.run(served.address, version)
      console.log(`conformance ${version} on ${setup.on}: ${summary}`)
      expect(faults, output).toEqual([])
      expect(served.errors()).toEqual([])
    })
  })
}

interface Served extends AsyncDisposable {
  readonly address: string
  errors(): readonly Error[]
}

/** Several replicas share nothing but the store, and a client never knows which of them it will meet. */
async function serve({ open, replicas = 1, sessions = "stored" }: Setup): Promise<Served> {
  await using stack = new AsyncDisposableStack()
  const { driver } = stack.use(await open())
  const servers = await Promise.all(
    Array.from({ length: replicas }, () =>
      serveRegistry(driver, { scope: "repository", publish: "on-put", sessions }),
    ),
  )
  for (const server of servers) stack.use(server)
  const addresses = servers.map(({ address }) => address)
  const [address = ""] = replicas === 1 ? addresses : [stack.use(await startRoundRobin(addresses)).address]
  const all = stack.move()
  return {
    address,
    errors: () => servers.flatMap(({ errors }) => errors),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}
