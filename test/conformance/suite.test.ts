import { afterAll, beforeAll, expect, it } from "vitest"
import type { RegistryOptions } from "../../src/registry/context.ts"
import { describeUnless } from "../support/describe-unless.ts"
import { startRoundRobin } from "../support/round-robin.ts"
import { serveRegistry } from "../support/served-registry.ts"
import { conformanceMissing, type ConformanceProgram, openConformance } from "./program.ts"
import { MEMORY, S3, SETUPS, type Setup } from "./setups.ts"

interface Run extends Setup {
  readonly sessions?: RegistryOptions["sessions"]
  readonly replicas?: number
}

const RUNS: readonly Run[] = [
  ...SETUPS,
  { ...MEMORY, on: "memory, sessions in the process", sessions: "memory" },
  { ...S3, on: "S3, two replicas", replicas: 2 },
]

const noProgram = await conformanceMissing()
for (const run of RUNS) {
  describeUnless(noProgram ?? (await run.missing?.()), `the conformance suite on ${run.on}`, () => {
    let program: ConformanceProgram
    beforeAll(async () => {
      program = await openConformance()
    })
    afterAll(() => program?.[Symbol.asyncDispose]())

    it.each(["stable", "dev"] as const)("passes, %s", async (version) => {
      await using served = await serve(run)
      const { faults, summary, output } = await program.run(served.address, version)
      console.log(`conformance ${version} on ${run.on}: ${summary}`)
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
async function serve({ open, replicas = 1, sessions = "stored" }: Run): Promise<Served> {
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
