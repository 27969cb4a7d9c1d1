import { compare } from "bcryptjs"
import { expect, it } from "vitest"
import { isBcryptHash } from "../../src/server/kinds.ts"
import { run } from "./run.ts"

it("prints a hash of what was typed, another one each time", async () => {
  const [first, second] = [
    await run(["hash-password"], { secret: "päss" }),
    await run(["hash-password"], { secret: "päss" }),
  ]
  expect(first).toMatchObject({ code: 0, stderr: "" })
  const hash = first.stdout.trimEnd()
  expect(isBcryptHash(hash)).toBe(true)
  expect(await compare("päss", hash)).toBe(true)
  expect(await compare("pass", hash)).toBe(false)
  expect(second.stdout).not.toBe(first.stdout)
})

it("refuses what bcrypt would cut off", async () => {
  const { code, stdout, stderr } = await run(["hash-password"], { secret: "ä".repeat(37) })
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
  expect(stderr).toMatch(/72 bytes at most/)
})
