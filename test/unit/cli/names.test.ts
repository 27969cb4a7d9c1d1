import { describe, expect, it } from "vitest"
import { parseLocalName } from "../../../src/cli/local-name.ts"
import { parsePlatform } from "../../../src/cli/platform.ts"
import { didYouMean } from "../../../src/cli/suggest.ts"
import { UsageError } from "../../../src/cli/usage-error.ts"

describe("a local image's name", () => {
  it.each([
    ["app", "app", "latest"],
    ["app:1", "app", "1"],
    ["team/app:V1", "team/app", "V1"],
    ["localhost/app:latest", "localhost/app", "latest"],
    ["localhost:5000/app", "localhost:5000/app", "latest"],
    ["registry.example.com/team/app:1", "registry.example.com/team/app", "1"],
    ["Registry.Example.com:443/app:1", "Registry.Example.com:443/app", "1"],
    ["[::1]:5000/app:1", "[::1]:5000/app", "1"],
    ["build:5000/app:1", "build:5000/app", "1"],
  ])("%s", (text, repository, tag) => {
    expect(parseLocalName(text)).toEqual({ repository, tag })
  })

  it.each(["", "App", "app:", "app:a b", "app@sha256:12", "a//b", "/app", "localhost:5000/", "app:1:2"])(
    "is not %j",
    (text) => expect(() => parseLocalName(text)).toThrow(UsageError),
  )
})

describe("a platform", () => {
  it.each([
    ["linux/amd64", { os: "linux", architecture: "amd64" }],
    ["linux/arm/v7", { os: "linux", architecture: "arm", variant: "v7" }],
    ["Linux/X86_64", { os: "linux", architecture: "amd64" }],
    ["linux/aarch64", { os: "linux", architecture: "arm64" }],
  ])("%s", (text, platform) => expect(parsePlatform(text)).toEqual(platform))

  it.each(["", "linux", "linux/", "/amd64", "linux/arm/", "linux/arm/v7/x", "linux/a b"])(
    "is not %j",
    (text) => expect(() => parsePlatform(text)).toThrow(/os\/arch/),
  )
})

it.each([
  ["psuh", " (did you mean 'push'?)"],
  ["pul", " (did you mean 'pull'?)"],
  ["PUSH", ""],
  ["serve", ""],
  ["", ""],
])("takes %j for a slip, or not", (word, text) => {
  expect(didYouMean(word, ["push", "pull", "completion"])).toBe(text)
})
