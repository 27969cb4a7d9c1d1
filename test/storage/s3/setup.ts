/**
 * What the S3 suites share: the server, or a visible reason why it is not there.
 * @module
 */
import { describe, test } from "vitest"
import { createMemoryBudget } from "../../../src/storage/budget.ts"
import { createS3Driver } from "../../../src/storage/s3/driver.ts"
import type { S3DriverOptions } from "../../../src/storage/s3/options.ts"
import { MiB } from "../../support/bytes.ts"
import { findVersitygw, INSTALL } from "../../support/versitygw.ts"

export const REGION = "us-east-1"

const program = await findVersitygw()

/** Runs a suite that needs the server; without it the suite is one skipped test that says how to get it. */
export function describeWithVersitygw(name: string, suite: (program: string) => void): void {
  if (program) describe(name, () => suite(program))
  else test.skip(`${name} (needs a server: ${INSTALL})`, () => undefined)
}

/** A driver with small parts. */
export function openBucket(options: Omit<S3DriverOptions, "region"> & { readonly region?: string }) {
  const shared = { budget: createMemoryBudget(32 * MiB), concurrency: 8 }
  return createS3Driver({ region: REGION, partSize: 5 * MiB, ...options }, shared)
}
