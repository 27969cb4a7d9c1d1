import { describe, expect, it } from "vitest"
import { BACKENDS } from "../../src/cli/backends.ts"
import { run } from "./run.ts"

const COMMANDS = [
  "",
  ...BACKENDS.flatMap(({ name }) => [
    name,
    ...["push", "pull", "serve", "verify", "prune", "doctor"].map((command) => `${name} ${command}`),
  ]),
  "push",
  "pull",
  "serve",
  "verify",
  "prune",
  "doctor",
  "hash-password",
  "completion",
]

const words = (line: string) => line.split(" ").filter((word) => word !== "")

it.each(COMMANDS)("help of 'oci-store %s'", async (command) => {
  const { code, stdout, stderr } = await run([...words(command), "--help"])
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  await expect(stdout).toMatchFileSnapshot(`help/${words(command).join("-") || "oci-store"}.txt`)
})

describe("every way to ask", () => {
  it.each([
    ["oci-store", ["--help"], []],
    ["a backend alone", ["s3", "--help"], ["s3"]],
    ["-h", ["s3", "push", "--help"], ["s3", "push", "-h"]],
    ["before the command", ["s3", "push", "--help"], ["--help", "s3", "push"]],
    ["help", ["s3", "push", "--help"], ["help", "s3", "push"]],
    ["whatever else is given", ["file", "pull", "--help"], ["file", "pull", "./a/b:1", "-v", "--help"]],
  ])("%s", async (_, usual, other) => {
    expect(await run(other)).toEqual(await run(usual))
  })
})

it("says what the program is", async () => {
  expect((await run([])).stdout.replaceAll("\n", " ")).toContain("Multi-Backend Docker Image Storage")
})

it("keeps to the terminal's width", async () => {
  for (const columns of [60, 80]) {
    const { stdout } = await run(["pull", "--help"], { columns })
    const prose = stdout.split("\n").filter((line) => !line.includes("oci-store pull"))
    expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(columns)
  }
})

it("prints the version", async () => {
  const { code, stdout } = await run(["s3", "push", "--version"])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})
