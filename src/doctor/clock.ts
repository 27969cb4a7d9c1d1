/**
 * Whether this computer and the store agree about the time, with which requests are signed.
 * @module
 */
import type { Finding } from "../storage/diagnosis.ts"
import { StorageError } from "../storage/driver.ts"
import { type Check, skipped } from "./check.ts"
import type { ExaminedStore } from "./store.ts"

/** Milliseconds. Tokens and signatures are made for the minute. */
const WORTH_A_WORD = 60_000

export const CLOCK_CHECK: Check<ExaminedStore> = {
  title: "Clock",
  needs: ["Settings"],
  optional: true,
  run: checkClock,
}

async function checkClock(store: ExaminedStore, signal: AbortSignal): Promise<readonly Finding[]> {
  const title = "Clock"
  const driver = await store.driver()
  if (!driver.clock) return []
  if (!store.answers) return [skipped(title, "not tried, because of: Store")]
  const asked = Date.now()
  const clock = await driver.clock({ signal })
  if (!clock) return [skipped(title, "the server does not say what time it is")]
  // The header has no fractions: on average it is half a second behind.
  const skew = (asked + Date.now()) / 2 - (clock.now.getTime() + 500)
  const facts = { skewSeconds: Math.round(skew / 1000) }
  if (Math.abs(skew) <= WORTH_A_WORD) {
    return [{ title, level: "ok", text: "agrees with the store's, to the minute", facts }]
  }
  const by = `This computer's clock is ${inWords(Math.abs(skew))} ${skew > 0 ? "ahead of" : "behind"} the store's: set it.`
  if (clock.tolerance === undefined || Math.abs(skew) <= clock.tolerance) {
    return [{ title, level: "warning", text: by, facts }]
  }
  const text = `${by} The store refuses requests that are more than ${inWords(clock.tolerance)} off.`
  const error = new StorageError("CREDENTIALS", text, { driver: driver.name })
  return [{ title, level: "failure", text, error, facts }]
}

function inWords(milliseconds: number): string {
  const minutes = Math.round(milliseconds / 60_000)
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`
}
