import { describe, expect, it } from "vitest"
import { closest } from "../../../src/bridge/closest.ts"

describe("the closest names", () => {
  it.each([
    { wanted: "v1.0", names: ["latest", "v1.1", "v2.0", "1.0"], near: ["1.0", "v2.0", "v1.1", "latest"] },
    { wanted: "lates", names: ["v1", "latest"], near: ["latest", "v1"] },
    { wanted: "", names: ["b", "a"], near: ["a", "b"] },
    { wanted: "x", names: [], near: [] },
  ])("to '$wanted' among $names are $near", ({ wanted, names, near }) => {
    expect(closest(wanted, names)).toEqual(near)
  })

  it("are at most so many", () => {
    expect(closest("v1", ["v2", "v3", "v4"], 2)).toEqual(["v4", "v3"])
  })
})
