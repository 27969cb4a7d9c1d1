import { expect, it } from "vitest"
import { rootCommand } from "../../../src/cli/commands/root.ts"
import { complete } from "../../../src/cli/complete.ts"

const candidates = (...words: string[]) => complete(rootCommand(), words).split("\n").slice(0, -1)

it.each([
  [[""], "s3 gcs azure file push pull serve verify prune doctor hash-password completion".split(" ")],
  [["pu"], ["push", "pull"]],
  [
    ["s3", ""],
    ["push", "pull", "serve", "verify", "prune", "doctor"],
  ],
  [
    ["s3", "--region", "x", "pu"],
    ["push", "pull"],
  ],
  [
    ["doctor", ""],
    ["s3", "gcs", "azure", "file"],
  ],
  [
    ["completion", ""],
    ["bash", "zsh", "fish"],
  ],
  [
    ["push", "--transport", ""],
    ["auto", "registry", "archive"],
  ],
  [
    ["s3", "push", "--re"],
    ["--require-all-platforms", "--region"],
  ],
  [["s3", "pull", "--no"], ["--no-progress"]],
  [["file", "push", "--re"], ["--require-all-platforms"]],
  // Left to the shell, which knows files.
  [["push", "--dir", ""], []],
  [["file", "push", "./i"], []],
])("%j", (words, expected) => {
  expect(candidates(...words)).toEqual(expected)
})
