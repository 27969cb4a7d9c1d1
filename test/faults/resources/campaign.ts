/**
 * Resources: each case over a folder and over S3.
 * @module
 */
import { s3 } from "../../support/clouds/s3.ts"
import { openSharedBucket } from "../../support/shared-cloud.ts"
import { openSharedFolder } from "../../support/shared-store.ts"
import { type Campaign, type Case, runCases } from "../campaign.ts"
import { RESOURCE_CASES } from "./cases.ts"

export const scarceResources: Campaign = {
  name: "scarce resources",
  missing: () => s3.missing(),
  async run(settings) {
    const { seed, full } = settings
    await using server = await s3.start()
    const stores = { folder: () => openSharedFolder(), S3: () => openSharedBucket(server) }
    const cases = Object.entries(stores).flatMap(([kind, openStore]) =>
      RESOURCE_CASES.filter(({ onlyFull = false }) => full || !onlyFull).map(({ name, run }): Case => {
        const title = `${kind}: ${name}`
        const runOver = async () => {
          await using store = await openStore()
          const { notes = [], ...verdict } = await run(store, `${seed} ${title}`, full)
          await store.clear()
          return { ...verdict, notes: notes.map((note) => `${kind}: ${note}`) }
        }
        return { title, run: runOver }
      }),
    )
    return await runCases("scarce resources", cases, settings, { width: 1, limit: 900_000 })
  },
}
