import { expect, test } from "vitest"
import { type Check, runChecks } from "../../../src/doctor/check.ts"

const limits = {
  signal: new AbortController().signal,
  seconds: 5,
  tooSlow: (title: string) => new Error(`${title} slept`),
}
const ok = (title: string, needs: string[] = []): Check<object> => ({
  title,
  needs,
  run: async () => [{ title, level: "ok", text: "" }],
})
const run = async (checks: readonly Check<object>[], changes = {}) => {
  const findings = []
  for await (const { title, level, text } of runChecks(checks, {}, { ...limits, ...changes })) {
    findings.push([title, level, text])
  }
  return findings
}

test("what rests on a check that failed is left out, and what rests on that too", async () => {
  const broken: Check<object> = { title: "first", run: () => Promise.reject(new Error("It broke.")) }
  expect(await run([broken, ok("second", ["first"]), ok("third", ["second"]), ok("fourth")])).toEqual([
    ["first", "failure", "It broke."],
    ["second", "skipped", "not tried, because of: first"],
    ["third", "skipped", "not tried, because of: first"],
    ["fourth", "ok", ""],
  ])
})

test("a check that takes too long is a failure", async () => {
  const silent: Check<object> = { title: "silent", run: () => new Promise(() => undefined) }
  expect(await run([silent, ok("next")], { seconds: 0.01 })).toEqual([
    ["silent", "failure", "silent slept"],
    ["next", "ok", ""],
  ])
})

test("a check that only adds something may take too long", async () => {
  const silent: Check<object> = { title: "silent", optional: true, run: () => new Promise(() => undefined) }
  expect(await run([silent], { seconds: 0.01 })).toEqual([
    ["silent", "skipped", "not found out within 0.01 s"],
  ])
})

test("a signal ends everything", async () => {
  const interruption = new AbortController()
  const silent: Check<object> = {
    title: "silent",
    run: () => {
      queueMicrotask(() => interruption.abort(new Error("Interrupted")))
      return new Promise(() => undefined)
    },
  }
  await expect(run([silent, ok("next")], { signal: interruption.signal })).rejects.toThrow("Interrupted")
})
