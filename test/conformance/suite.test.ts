import { afterAll, beforeAll, expect, it } from "vitest"
import type { RegistryOptions } from "../../src/registry/context.ts"
import { describeUnless } from "../support/describe-unless.ts"
import { startRoundRobin } from "../support/round-robin.ts"
import { serveRegistry } from "../support/served-registry.ts"
import { type ApiVersion, conformanceMissing, type ConformanceProgram, openConformance } from "./program.ts"
import { MEMORY, S3, SETUPS, type Setup } from "./setups.ts"

interface Run extends Setup {
  readonly sessions?: RegistryOptions["sessions"]
  readonly replicas?: number
  /** Of the program's checks. Defaults to all. */
  readonly versions?: readonly ApiVersion[]
  /** Every blob is read from the store itself, by a signed URL. */
  readonly redirects?: boolean
}

const VERSIONS: readonly ApiVersion[] = ["stable", "dev"]

const RUNS: readonly Run[] = [
  ...SETUPS,
  { ...MEMORY, on: "memory, sessions in the process", sessions: "memory" },
  { ...S3, on: "S3, two replicas", replicas: 2 },
  // The other version wants Docker-Content-Digest of whoever gives the bytes, which no object store sends.
  { ...S3, on: "S3, redirected", redirects: true, versions: ["stable"] },
]

/** Milliseconds. */
const LIFETIME = 60_000

const noProgram = await conformanceMissing()
for (const run of RUNS) {
  describeUnless(noProgram ?? (await run.missing?.()), `the conformance suite on ${run.on}`, () => {
    let program: ConformanceProgram
    beforeAll(async () => {
      program = await openConformance()
    })
    afterAll(() => program?.[Symbol.asyncDispose]())

    it.each(run.versions ?? VERSIONS)("passes, %s", async (version) => {
      await using served = await serve(run)
      const { faults, summary, output } = await program.run(served.address, version)
      console.log(`conformance ${version} on ${run.on}: ${summary}`)
      expect(faults, output).toEqual([])
      expect(served.errors()).toEqual([])
      expect(served.redirected() > 0).toBe(run.redirects ?? false)
    })
  })
}

interface Served extends AsyncDisposable {
  readonly address: string
  errors(): readonly Error[]
  /** How many blobs were read elsewhere. */
  redirected(): number
}

/** Several replicas share nothing but the store, and a client never knows which of them it will meet. */
async function serve({ open, replicas = 1, sessions = "stored", redirects = false }: Run): Promise<Served> {
  await using stack = new AsyncDisposableStack()
  const { driver } = stack.use(await open())
  let redirected = 0
  const redirect = async (key: string): Promise<URL | undefined> => {
    const url = await driver.presignRead?.(key, { lifetime: LIFETIME })
    redirected += 1
    return url ?? expect.unreachable("the store signs no URL")
  }
  const servers = await Promise.all(
    Array.from({ length: replicas }, () =>
      serveRegistry(driver, {
        scope: "repository",
        publish: "on-put",
        sessions,
        ...(redirects && { redirect }),
      }),
    ),
  )
  for (const server of servers) stack.use(server)
  const addresses = servers.map(({ address }) => address)
  const [address = ""] = replicas === 1 ? addresses : [stack.use(await startRoundRobin(addresses)).address]
  const all = stack.move()
  return {
    address,
    redirected: () => redirected,
    errors: () => servers.flatMap(({ errors }) => errors),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}
