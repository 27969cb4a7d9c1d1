import { expect, it } from "vitest"
import type { Bcrypt } from "../../../src/server/bcrypt.ts"
import { isBcryptHash } from "../../../src/server/kinds.ts"
import { createUsers } from "../../../src/server/users.ts"

/** Says what it was asked. */
function recording(): Bcrypt & { readonly hashes: string[] } {
  const hashes: string[] = []
  return {
    hashes,
    compare: (_password, hash) => Promise.resolve(hashes.push(hash) === 0),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }
}

it("who is unknown costs as much as who is known", async () => {
  const bcrypt = recording()
  const users = createUsers([], new Map([["a", "hash of a"]]), bcrypt)
  expect(await users("nobody").verify("x")).toBe(false)
  expect(await users("a").verify("x")).toBe(false)
  expect(bcrypt.hashes).toHaveLength(2)
  // bcrypt does no work for what is no hash.
  expect(isBcryptHash(bcrypt.hashes[0] ?? "")).toBe(true)
})

it("does no work where nobody has a hash", async () => {
  const bcrypt = recording()
  const users = createUsers([{ username: "a", password: "p", access: "write" }], new Map(), bcrypt)
  expect(await users("nobody").verify("p")).toBe(false)
  expect(await users("a").verify("p")).toBe(true)
  expect(await users("a").verify("q")).toBe(false)
  expect(bcrypt.hashes).toEqual([])
})
