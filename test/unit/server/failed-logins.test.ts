import { expect, it } from "vitest"
import { RegistryError } from "../../../src/oci/errors.ts"
import { createFailedLogins } from "../../../src/server/failed-logins.ts"

function logins() {
  let now = 0
  const failures = createFailedLogins(() => now)
  const isShut = (address: string, user: string): boolean => {
    try {
      failures.check(address, user)
      return false
    } catch (error) {
      expect(error).toBeInstanceOf(RegistryError)
      expect(error).toMatchObject({ code: "TOOMANYREQUESTS", status: 429 })
      return true
    }
  }
  const fail = (times: number, address: string, user: string): void => {
    for (let i = 0; i < times; i++) failures.add(address, user)
  }
  return { failures, isShut, fail, wait: (milliseconds: number) => (now += milliseconds) }
}

it("ten failures of a user from an address shut out that pair only", () => {
  const { isShut, fail } = logins()
  fail(9, "10.0.0.1", "a")
  expect(isShut("10.0.0.1", "a")).toBe(false)
  fail(1, "10.0.0.1", "a")
  expect(isShut("10.0.0.1", "a")).toBe(true)
  expect(isShut("10.0.0.1", "b")).toBe(false)
  expect(isShut("10.0.0.2", "a")).toBe(false)
})

it("a hundred failures of whomever shut out the address", () => {
  const { isShut, fail } = logins()
  for (let i = 0; i < 100; i++) fail(1, "10.0.0.1", `user${i}`)
  expect(isShut("10.0.0.1", "another")).toBe(true)
})

it("opens again after a minute, and says when", () => {
  const { failures, isShut, fail, wait } = logins()
  fail(10, "10.0.0.1", "a")
  wait(45_000)
  expect(() => failures.check("10.0.0.1", "a")).toThrow(
    expect.objectContaining({ headers: { "retry-after": "15" } }) as Error,
  )
  wait(15_000)
  expect(isShut("10.0.0.1", "a")).toBe(false)
})

it.each([
  ["2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true],
  ["2001:db8:1:2::1", "2001:db8:1:3::1", false],
  ["2001:db8::1", "2001:db8:0:0:5::1", true],
  ["::1", "::2", true],
  ["::ffff:10.0.0.1", "::ffff:10.0.0.2", false],
])("%s and %s are one customer's network: %s", (first, second, same) => {
  const { isShut, fail } = logins()
  fail(10, first, "a")
  expect(isShut(second, "a")).toBe(same)
})

it("remembers ten thousand counters at most", () => {
  const { isShut, fail } = logins()
  fail(10, "10.0.0.1", "a")
  for (let i = 0; i < 10_000; i++) fail(1, `10.1.${i >> 8}.${i & 255}`, "x")
  expect(isShut("10.0.0.1", "a")).toBe(false)
})
