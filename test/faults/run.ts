/**
 * The campaigns: oci-store under everything that goes wrong, counted.
 *
 *     npm run test:faults                      a sample, as in CI
 *     npm run test:faults -- --full            everything
 *     npm run test:faults -- bucket            the campaigns whose name contains this
 *     npm run test:faults -- --only "random 3" cases whose title contains this
 *
 * FAULTS_SEED repeats a run: it is printed first.
 * @module
 */
import { randomBytes } from "node:crypto"
import { parseArgs } from "node:util"
import { CLOUDS } from "../support/clouds/clouds.ts"
import { hostileBucket } from "./bucket/campaign.ts"
import { hostileClients } from "./clients/campaign.ts"
import { fuzz } from "./fuzz/campaign.ts"
import { killedPushes } from "./killed/campaign.ts"
import { scarceResources } from "./resources/campaign.ts"
import { brokenOffTransfers } from "./signals/campaign.ts"
import type { Campaign, Settings } from "./campaign.ts"

const CAMPAIGNS: readonly Campaign[] = [
  ...CLOUDS.map(hostileBucket),
  fuzz,
  hostileClients,
  killedPushes(CLOUDS),
  scarceResources,
  brokenOffTransfers,
]

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      full: { type: "boolean", default: false },
      verbose: { type: "boolean", default: false },
      only: { type: "string" },
    },
  })
  const seed = process.env["FAULTS_SEED"] ?? randomBytes(4).toString("hex")
  const settings: Settings = { seed, full: values.full, verbose: values.verbose, only: values.only }
  console.log(`FAULTS_SEED=${seed}${values.full ? ", the whole" : ""}`)
  const chosen = CAMPAIGNS.filter(
    ({ name }) => positionals.length === 0 || positionals.some((part) => name.includes(part)),
  )
  if (chosen.length === 0) throw new Error(`there is no campaign ${positionals.join(", ")}`)
  const run = async (campaign: Campaign): Promise<number> => {
    const missing = await campaign.missing?.()
    if (missing === undefined) return campaign.run(settings)
    console.log(`${campaign.name}: skipped, ${missing}`)
    return process.env["CI"] ? 1 : 0
  }
  const waiting = await Promise.all(chosen.filter(({ waits = false }) => waits).map(run))
  let bad = waiting.reduce((sum, lost) => sum + lost, 0)
  for (const campaign of chosen.filter(({ waits = false }) => !waits)) bad += await run(campaign)
  console.log(bad === 0 ? "lost: 0" : `lost: ${bad}; to see it again: FAULTS_SEED=${seed}`)
  return bad === 0 ? 0 : 1
}

// An exit that is one: the servers end with it.
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)
  process.once(signal, () => process.exit(code))
process.exitCode = await main()
