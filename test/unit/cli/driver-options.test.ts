import { describe, expect, it } from "vitest"
import type { Backend } from "../../../src/cli/backends.ts"
import { driverOptions, secretWarnings } from "../../../src/cli/driver-options.ts"
import { Values } from "../../../src/cli/values.ts"

const backend: Backend = {
  name: "example",
  container: "bucket",
  schemes: ["example"],
  describe: "",
  options: [
    { name: "region", type: "string", env: ["FIRST_REGION", "SECOND_REGION"], describe: "" },
    { name: "attempts", type: "number", env: ["ATTEMPTS"], describe: "" },
    { name: "secret", type: "string", env: ["SECRET"], sdk: true, secret: true, describe: "" },
    { name: "password", type: "string", secret: true, describe: "" },
    { name: "signed", type: "boolean", env: ["SIGNED"], describe: "" },
  ],
  open: () => Promise.reject(new Error("not opened")),
}

const given = (values: Record<string, string | number | boolean> = {}) =>
  new Values(new Map(Object.entries(values)))

describe("the value of an option", () => {
  it("is the flag's before the environment's", () => {
    const values = driverOptions(backend, given({ region: "flag" }), { FIRST_REGION: "env" })
    expect(values["region"]).toBe("flag")
  })

  it("is that of the first variable that has one, without blanks around it", () => {
    const env = { FIRST_REGION: " ", SECOND_REGION: " b \n" }
    expect(driverOptions(backend, given(), env)["region"]).toBe("b")
  })

  it("is left to the SDK where that reads the environment itself", () => {
    expect(driverOptions(backend, given(), { SECRET: "hush" })["secret"]).toBeUndefined()
  })

  it("has the option's type", () => {
    const values = driverOptions(backend, given(), { ATTEMPTS: "3", SIGNED: "False" })
    expect(values).toMatchObject({ attempts: 3, signed: false })
  })

  it("is refused, with the variable's name, when it has not", () => {
    expect(() => driverOptions(backend, given(), { ATTEMPTS: "many" })).toThrow(
      "ATTEMPTS is a whole number from 1 on, not 'many'",
    )
    expect(() => driverOptions(backend, given(), { SIGNED: "perhaps" })).toThrow("SIGNED is true or false")
  })
})

it("refuses the flag of another backend", () => {
  expect(() => driverOptions(backend, given({ endpoint: "x" }), {})).toThrow(
    "--endpoint has no meaning for the backend 'example'",
  )
})

it("warns of secrets among the flags, and names the variable that hides them", () => {
  expect(secretWarnings(backend, given({ region: "x", secret: "hush", password: "hush" }))).toEqual([
    "--secret can be read in the list of processes; SECRET cannot.",
    "--password can be read in the list of processes.",
  ])
  expect(secretWarnings(backend, given({ region: "x" }))).toEqual([])
})
