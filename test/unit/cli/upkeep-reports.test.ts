import { describe, expect, it } from "vitest"
import { BACKENDS } from "../../../src/cli/backends.ts"
import { explain, outcomeOf } from "../../../src/cli/failure.ts"
import { failureOf, leftoverLine, pruneDocument, summarizePrune } from "../../../src/cli/prune-report.ts"
import { storeIdentityOf } from "../../../src/cli/store.ts"
import { Values } from "../../../src/cli/values.ts"
import { createVerifyTally } from "../../../src/cli/verify-tally.ts"
import { StorageError } from "../../../src/storage/driver.ts"
import type { FoundLeftover } from "../../../src/upkeep/prune.ts"
import { StateFileError } from "../../../src/upkeep/known-digests.ts"

const s3 = BACKENDS.find(({ name }) => name === "s3")
if (!s3) throw new TypeError("no backend")
const store = { backend: s3, location: "images" }
const started = new Date("2026-01-01T00:00:00Z")
const asked = { store, age: 86_400_000, olderThan: started, remove: true }
const leftover = (change: Partial<FoundLeftover> = {}): FoundLeftover => ({
  kind: "unfinished",
  key: "k",
  started,
  bytes: 10_000_000,
  removed: true,
  ...change,
})

describe("what was pruned", () => {
  it.each([
    ["deleted       unfinished  2026-01-01T00:00:00Z  10.0 MB   k", leftover(), true],
    ["denied        unfinished  2026-01-01T00:00:00Z  10.0 MB   k", leftover({ removed: false }), true],
    [
      "would delete  upload      2026-01-01T00:00:00Z  ?         k",
      leftover({ kind: "session", bytes: undefined, removed: false }),
      false,
    ],
  ])("is a line: %s", (line, each, remove) => {
    expect(leftoverLine(each, remove)).toBe(line)
  })

  it.each([
    ["No leftovers older than 24h.", [], true],
    ["Deleted 2 leftovers, 20.0 MB.", [leftover(), leftover()], true],
    ["Deleted 1 leftover, 10.0 MB.", [leftover(), leftover({ removed: false })], true],
    ["Deleted 2 leftovers, at least 10.0 MB.", [leftover(), leftover({ bytes: undefined })], true],
    [
      "1 leftover, 10.0 MB, older than 24h; nothing was deleted: --delete does it.",
      [leftover({ removed: false })],
      false,
    ],
  ])("is summed up: %s", (summary, leftovers, remove) => {
    expect(summarizePrune({ ...asked, remove }, { leftovers, denied: undefined })).toBe(summary)
  })

  it("is a document, in which an unknown size is null", () => {
    const leftovers = [leftover({ bytes: undefined })]
    expect(pruneDocument(asked, { leftovers, denied: undefined })).toEqual({
      store: "s3://images",
      olderThan: started,
      dryRun: false,
      bytes: 0,
      leftovers: [{ kind: "unfinished", key: "k", started, bytes: null, deleted: true }],
    })
  })

  it("is a failure of the store where deleting is denied: 4, in one sentence", () => {
    const denied = new StorageError("ACCESS_DENIED", "Access to k is denied.", { driver: "s3" })
    const failure = failureOf({ leftovers: [leftover(), leftover({ removed: false })], denied })
    const outcome = outcomeOf(failure)
    expect(outcome.code).toBe(4)
    expect(explain(failure, outcome)).toBe(
      "Error: To delete is denied, so 1 leftover stayed: Access to k is denied.\n",
    )
    expect(failureOf({ leftovers: [], denied: undefined })).toBeUndefined()
  })
})

it("counts what was read and what had not to be", () => {
  const tally = createVerifyTally()
  tally.add({ type: "tag", label: "app:v1" })
  tally.add({ type: "found", bytes: 5_000_000 })
  tally.add({ type: "found", bytes: 3_000_000 })
  tally.add({ type: "read", bytes: 1_000_000 })
  tally.add({ type: "checked", bytes: 3_000_000, known: true })
  expect(tally.line()).toMatch(/^Checked 1 of 2 objects, 4\.0 MB of 8\.0 MB/)
  tally.add({ type: "read", bytes: 4_000_000 })
  tally.add({ type: "checked", bytes: 5_000_000, known: false })
  expect(tally.line()).toMatch(/^Checked 2 of 2 objects, 8\.0 MB of 8\.0 MB/)
  expect(tally.checked()).toEqual({ objects: 1, bytes: 5_000_000 })
  expect(tally.known()).toEqual({ objects: 1, bytes: 3_000_000 })
})

it("tells stores of one name apart by where they are", () => {
  const identity = (...values: [string, string][]) => storeIdentityOf(store, new Values(new Map(values)), {})
  expect(identity()).toBe("s3://images")
  expect(identity(["endpoint", "http://localhost:9000"], ["root-dir", "/prod"])).toBe(
    "s3://images, endpoint http://localhost:9000, root-dir /prod",
  )
  expect(identity(["secret-key", "hidden"])).not.toContain("hidden")
})

it("ends with 1 where the state file fails", () => {
  expect(outcomeOf(new StateFileError("x")).code).toBe(1)
})
