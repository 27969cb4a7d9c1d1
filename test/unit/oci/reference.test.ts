import { describe, expect, it } from "vitest"
import { digestOf } from "../../../src/oci/digest.ts"
import { isRepositoryName, isTag, parseReference } from "../../../src/oci/reference.ts"

describe("a repository name", () => {
  it.each(["a", "app", "a/b/c", "a.b", "a_b", "a__b", "a-b", "a---b", "0/1", "a".repeat(255)])(
    "may be %j",
    (name) => {
      expect(isRepositoryName(name)).toBe(true)
    },
  )

  it.each([
    "",
    "A",
    "/a",
    "a/",
    "a//b",
    "a..b",
    "a___b",
    "a_-b",
    "-a",
    "a-",
    "_a",
    ".a",
    "a/../b",
    "a b",
    "ä",
    "a:b",
    "a".repeat(256),
  ])("may not be %j", (name) => {
    expect(isRepositoryName(name)).toBe(false)
  })
})

describe("a tag", () => {
  it.each(["v1", "latest", "_x", "1.0", "A-b_c.d", "x".repeat(128)])("may be %j", (tag) => {
    expect(isTag(tag)).toBe(true)
  })

  it.each(["", "-v1", ".v1", "v1/2", "v1+2", "v 1", "x".repeat(129)])("may not be %j", (tag) => {
    expect(isTag(tag)).toBe(false)
  })
})

describe("a reference", () => {
  it("is a tag or a digest", () => {
    const digest = digestOf(Buffer.from(""))
    expect(parseReference("v1")).toEqual({ tag: "v1" })
    expect(parseReference(digest)).toEqual({ digest })
    expect(() => parseReference("sha256:abc")).toThrow("is not a digest")
    expect(() => parseReference("-")).toThrow("is not a tag")
  })
})
