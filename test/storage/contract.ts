/**
 * What every driver promises, one test a promise. A driver's test file starts its store and calls {@link testStorageDriver}.
 * @module
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, test } from "vitest"
import type { ListEntry } from "../../src/storage/driver.ts"
import { entries, type Check, type DriverUnderTest } from "./contract/check.ts"
import * as listing from "./contract/listing.ts"
import * as objects from "./contract/objects.ts"
import * as uploads from "./contract/uploads.ts"

export interface DriverSuite {
  readonly name: string
  readonly create: () => Promise<DriverUnderTest>
  /** Promises that this store cannot keep. The reason is shown beside the skipped test. */
  readonly skip?: readonly { readonly reason: string; readonly tests: readonly string[] }[]
}

const CHECKS: Readonly<Record<string, Check>> = {
  ...objects.checks,
  ...listing.checks,
  ...uploads.checks,
}

export function testStorageDriver({ name, create, skip = [] }: DriverSuite): void {
  for (const test of skip.flatMap(({ tests }) => tests)) {
    if (!(test in CHECKS)) throw new Error(`No promise of the contract is called "${test}".`)
  }

  describe(`${name} keeps the driver contract`, () => {
    let subject: DriverUnderTest
    let before: readonly ListEntry[]

    beforeAll(async () => {
      subject = await create()
    })
    afterAll(async () => {
      await subject?.driver[Symbol.asyncDispose]()
      await subject?.broken?.[Symbol.asyncDispose]()
      await subject?.close?.()
    })
    beforeEach(async () => {
      before = await entries(subject.driver, "")
    })
    afterEach(async ({ expect }) => {
      expect(await entries(subject.driver, ""), "a test left objects behind").toEqual(before)
      expect((await subject.leftovers?.()) ?? [], "a test left an unfinished upload behind").toEqual([])
    })

    for (const [promise, check] of Object.entries(CHECKS)) {
      const reason = skip.find(({ tests }) => tests.includes(promise))?.reason
      if (reason) test.skip(`${promise} (${reason})`, () => undefined)
      else test(promise, () => check(subject))
    }
  })
}
