/**
 * What the GCS suites share: the server, or a visible reason why it is not there.
 * @module
 */
import { describe, test } from "vitest"
import { createMemoryBudget } from "../../../src/storage/budget.ts"
import { createGcsDriver } from "../../../src/storage/gcs/driver.ts"
import type { GcsDriverOptions } from "../../../src/storage/gcs/options.ts"
import { MiB } from "../../support/bytes.ts"
import { findFakeGcs } from "../../support/fake-gcs.ts"

const found = await findFakeGcs()

/** Runs a suite that needs the server; without it the suite is one skipped test that says how to get it. */
export function describeWithFakeGcs(name: string, suite: (program: string) => void): void {
  if ("program" in found) describe(name, () => suite(found.program))
  else test.skip(`${name} (needs a server: ${found.missing})`, () => undefined)
}

/** A driver with small chunks. */
export function openBucket(options: GcsDriverOptions) {
  const shared = { budget: createMemoryBudget(32 * MiB), concurrency: 8 }
  return createGcsDriver({ partSize: MiB, ...options }, shared)
}
