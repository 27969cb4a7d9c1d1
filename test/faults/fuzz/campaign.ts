/**
 * Routes and parsers under inputs that nobody thought of, by fast-check.
 * @see https://fast-check.dev
 * @module
 */
import { asyncDefaultReportMessage, check } from "fast-check"
import { type Campaign, type Case, runCases, type Settings } from "../campaign.ts"
import { chance } from "../chance.ts"
import type { Verdict } from "../tally.ts"
import { damagedStore, strangeManifests } from "./damaged.ts"
import { byteRanges, identifiers, manifestBytes, references, units } from "./parsers.ts"
import type { OpenProperty, Property } from "./property.ts"
import { inProcess, throughSocket } from "./routes.ts"
import { tagPages } from "./tag-pages.ts"
import { uploadSessions } from "./uploads.ts"

const CASES = { short: 6000, full: 120_000 }

const PROPERTIES: readonly Property[] = [
  inProcess,
  throughSocket,
  uploadSessions,
  damagedStore,
  strangeManifests,
  identifiers,
  references,
  units,
  byteRanges,
  manifestBytes,
  tagPages,
]

/** Milliseconds for one input. */
const LIMIT = 5000

export const fuzz: Campaign = {
  name: "fuzz",
  run(settings) {
    const cases = PROPERTIES.map((property): Case => {
      return { title: `fuzz: ${property.name}`, run: () => runProperty(property, settings) }
    })
    return runCases("fuzz", cases, settings, { width: 1, limit: 1_800_000 })
  },
}

async function runProperty(property: Property, { seed, full }: Settings): Promise<Verdict> {
  await using opened = await open(property)
  const outcome = await check(opened.property, {
    seed: Math.floor(chance(`${seed} ${property.name}`) * 2 ** 31),
    numRuns: Math.round((full ? CASES.full : CASES.short) * property.share),
    interruptAfterTimeLimit: 1_500_000,
    markInterruptAsFailure: true,
    timeout: LIMIT,
  })
  const cases = outcome.numRuns
  const why = outcome.errorInstance instanceof Error ? outcome.errorInstance.message : "interrupted"
  const lost = outcome.failed ? [`${why}\n${await asyncDefaultReportMessage(outcome)}`] : []
  return { cases, survived: cases - lost.length, failed: 0, injected: cases, lost }
}

async function open({ property, open }: Property): Promise<OpenProperty> {
  if (open) return await open()
  if (!property) throw new TypeError("a property is made, or opened")
  return { property: property(), [Symbol.asyncDispose]: async () => undefined }
}
