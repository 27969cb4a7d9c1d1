import { expect, test } from "vitest"
import { retryPolicy } from "../../../../src/storage/azure/options.ts"
import { RETRY_POLICY } from "../../../../src/storage/retry.ts"

const at = { container: "images" }

test("who sets nothing has the retries of all stores", () => {
  expect(retryPolicy(at)).toEqual(RETRY_POLICY)
})

test("retries come on top of the first attempt, and no wait is shorter than the first may be", () => {
  expect(retryPolicy({ ...at, retries: 5, retryDelay: 100 })).toEqual({
    ...RETRY_POLICY,
    attempts: 6,
    firstDelay: 100,
  })
  expect(retryPolicy({ ...at, retryDelay: 30_000 })).toMatchObject({ longestDelay: 30_000 })
})
