import { describe, expect, it } from "vitest"
import { isPattern, matcher } from "../../../src/server/patterns.ts"

describe("a pattern", () => {
  it.each([
    ["app", ["app"], ["ap", "apps", "team/app"]],
    ["team/*", ["team/app", "team/a.b"], ["team", "team/app/sub", "teams/app"]],
    ["team/**", ["team/app", "team/app/sub"], ["team", "teams/app"]],
    ["**", ["a", "a/b/c"], []],
    ["*", ["a"], ["a/b"]],
    ["*/app", ["x/app"], ["app", "x/y/app"]],
    ["a.b", ["a.b"], ["axb"]],
    ["ci-*", ["ci-1", "ci-"], ["ci-1/x", "xci-1"]],
  ])("%s", (pattern, fitting, others) => {
    expect(isPattern(pattern)).toBe(true)
    const fits = matcher([pattern])
    expect(fitting.filter((name) => !fits(name))).toEqual([])
    expect(others.filter(fits)).toEqual([])
  })

  it.each(["", "/a", "a/", "A", "a//b", "a***", "a(b", "a b", "a|b"])("is not '%s'", (text) => {
    expect(isPattern(text)).toBe(false)
  })
})

it("one of several is enough, and none lets nobody in", () => {
  expect(matcher(["a", "b"])("b")).toBe(true)
  expect(matcher([])("b")).toBe(false)
})
